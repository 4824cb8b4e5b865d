//! The tables, as SQL.

/// Steps 1, 2 and 4.
pub const LEDGER: &str = "
    CREATE TABLE merchant (
        id         bigint PRIMARY KEY,
        balance    bigint NOT NULL
    );
    CREATE TABLE inbox (                      -- a row for each message that had its effect
        message_id text   PRIMARY KEY
    );";

/// Step 3.
pub const NOTIFIED: &str = "
    CREATE TABLE notified (                   -- a row for each message whose mail is dealt with
        message_id text   PRIMARY KEY
    );";

/// Step 5.
pub const STOCK: &str = "
    CREATE TABLE item (
        sku        bigint PRIMARY KEY,
        version    bigint NOT NULL,           -- of the last movement that is in the stock
        stock      bigint NOT NULL
    );
    CREATE TABLE early (                      -- movements that came before their turn
        sku        bigint NOT NULL,
        version    bigint NOT NULL,
        units      bigint NOT NULL,
        PRIMARY KEY (sku, version)
    );";

/// Step 6.
pub const DATED: &str = "
    CREATE TABLE inbox (
        message_id text   PRIMARY KEY,
        seen_at    bigint NOT NULL            -- a Timestamp
    );
    CREATE INDEX inbox_seen_at ON inbox (seen_at);";
