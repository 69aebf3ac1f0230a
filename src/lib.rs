//! How an answer becomes a grade.
//!
//! A [`bank::Rubric`] says how answers to one question are judged. A [`judge`] reads an answer and gives a
//! [`critique::Critique`]: a level for each criterion with evidence, and the mistakes it found. [`score`] turns
//! critique and rubric into a grade; [`record`] is how a grade is written down.

#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod agreement;
pub mod answer;
pub mod attempt;
pub mod bank;
pub mod batch;
pub mod checkup;
pub mod cli;
pub mod commands;
pub mod config;
pub mod critique;
pub mod debrief;
pub mod document;
pub mod endpoint;
pub mod error;
pub mod files;
pub mod follow_up;
mod hex;
pub mod import;
pub mod judge;
pub mod nearest;
pub mod plan;
pub mod problems;
pub mod progress;
pub mod ready;
pub mod record;
pub mod report;
pub mod schedule;
pub mod score;
pub mod session;
pub mod shard;
pub mod sheet;
pub mod shift;
pub mod store;
pub mod summary;
pub mod terminal;
pub mod trial;
