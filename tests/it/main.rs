//! Every integration test, in one binary.

mod agreement;
mod architecture;
mod commands;
mod corpus;
mod env;
mod killed;
mod robot;
mod screens;
mod terminal;
mod times;
mod whole;
