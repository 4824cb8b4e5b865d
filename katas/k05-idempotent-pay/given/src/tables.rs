//! The service's tables, as SQL.

/// Step 1.
pub const PAYMENTS: &str = "
    CREATE TABLE payment (
        purchase    text   NOT NULL,         -- the order
        charge      text   NOT NULL          -- the gateway's id
    );";

/// Step 3.
pub const KEYS: &str = "
    CREATE TABLE idempotency_key (
        caller      text   NOT NULL,
        key         text   NOT NULL,
        fingerprint bytea  NOT NULL,
        created     bigint NOT NULL,         -- a Timestamp
        status      integer,                 -- of the answer; NULL while the request runs
        body        bytea,
        PRIMARY KEY (caller, key)
    );";

/// Step 6.
pub const LEASES: &str = "
    CREATE TABLE idempotency_key (
        caller       text   NOT NULL,
        key          text   NOT NULL,
        fingerprint  bytea  NOT NULL,
        leased_until bigint NOT NULL,        -- a Timestamp: from then on the lease has lapsed
        fence        bigint NOT NULL,        -- of the last owner
        status       integer,                -- of the answer; NULL while there is none
        body         bytea,
        PRIMARY KEY (caller, key)
    );";

/// Step 7.
pub const INTENTS: &str = "
    CREATE TABLE intent (
        caller       text   NOT NULL,
        key          text   NOT NULL,
        purchase     text   NOT NULL,        -- the order
        cents        bigint NOT NULL,
        leased_until bigint NOT NULL,
        fence        bigint NOT NULL,
        status       integer,                -- of the answer; NULL while there is none
        body         bytea,
        PRIMARY KEY (caller, key)
    );";
