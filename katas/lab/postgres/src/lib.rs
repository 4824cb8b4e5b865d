//! A private PostgreSQL for tests, and what a suite needs of it.
//!
//! - [`Cluster::ensure`]: a throw-away cluster, made with the PostgreSQL that this machine has,
//!   shared by all test processes of a workspace. It starts when it is needed and stops itself
//!   when it no longer is.
//! - [`Db`]: a fresh schema, for a plain test (`#[suite::test(postgres)]`).
//! - [`Database`]: a database of its own, from a pool that is kept, for a test that explores.
//! - [`Keeper`]: stops server processes, and lets them go on.
//! - [`wire`]: the tap that turns statements into choice points.
//!
//! Where there is no PostgreSQL, everything here ends in [`Unavailable`], which says how to
//! install it; a suite reports such a test as *not verified*.

mod at_rest;
#[cfg(unix)]
mod cluster;
mod db;
mod dropped;
mod incarnation;
#[cfg(unix)]
mod keeper;
pub mod lab;
#[cfg(unix)]
mod pool;
mod refusal;
mod run;
mod seat;
mod server;
mod sessions;
mod unavailable;
#[cfg(unix)]
pub mod wire;

pub use at_rest::is_at_rest;
#[cfg(unix)]
pub use cluster::Cluster;
pub use db::Db;
pub use dropped::{Connections, dropped_anywhere};
pub use incarnation::Incarnation;
#[cfg(unix)]
pub use keeper::Keeper;
#[cfg(unix)]
pub use pool::{Database, Template};
pub use refusal::refusal;
pub use run::run;
pub use seat::{Access, Seat};
pub use server::{Role, Server, URL_ENV};
pub use unavailable::Unavailable;
