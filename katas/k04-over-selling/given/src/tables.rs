//! The shop's tables, as SQL. No constraint says that a stock is never below zero: here you find
//! out what keeps it there.

/// Steps 1 to 4.
pub const SHOP: &str = "
    CREATE TABLE item (
        sku     bigint PRIMARY KEY,
        stock   bigint NOT NULL,
        version bigint NOT NULL DEFAULT 0     -- goes up whenever the row changes
    );
    CREATE TABLE sale (
        id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        buyer   bigint NOT NULL,
        sku     bigint NOT NULL,
        units   bigint NOT NULL
    );";

/// Step 5.
pub const CARTS: &str = "
    CREATE TABLE item (
        sku        bigint PRIMARY KEY,
        stock      bigint NOT NULL
    );
    CREATE TABLE orders (                     -- a row for each order that was sold
        id         bigint PRIMARY KEY
    );
    CREATE TABLE sale (                       -- and its lines
        order_id   bigint NOT NULL,
        sku        bigint NOT NULL,
        units      bigint NOT NULL,
        stock_left bigint NOT NULL,
        PRIMARY KEY (order_id, sku)
    );";

/// Step 6.
pub const RESERVATIONS: &str = "
    CREATE TABLE item (
        sku       bigint PRIMARY KEY,
        stock     bigint NOT NULL             -- neither sold nor reserved
    );
    CREATE TABLE reservation (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        buyer     bigint NOT NULL,
        sku       bigint NOT NULL,
        units     bigint NOT NULL,
        until     bigint NOT NULL,            -- a Timestamp
        status    text   NOT NULL DEFAULT 'open'
                  CHECK (status IN ('open', 'confirmed', 'expired'))
    );
    CREATE TABLE sale (
        id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        buyer     bigint NOT NULL,
        sku       bigint NOT NULL,
        units     bigint NOT NULL
    );";
