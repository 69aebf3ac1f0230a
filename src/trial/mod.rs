//! A trial of a rubric: what a judge makes of its exemplars, and of mutations of them.
//!
//! The author of a rubric says which levels and mistakes each exemplar has. [`report`] compares the judge's
//! grades with that, with the statistics of [`crate::agreement`]. [`mutation`] changes exemplars in ways of which
//! everyone knows what they may do to the grade, and [`verdict`] says whether they did. Judging itself and
//! printing are left to others.

mod exemplar;
pub mod mutation;
mod order;
mod passages;
mod remarks;
pub mod report;
#[cfg(test)]
mod specimen;
pub mod verdict;

pub use exemplar::{ExemplarReport, LevelMiss, WrongFlag};
pub use mutation::{Change, Extent, Kind, Mutation, most_mutations, mutations};
pub use order::{Discordant, Order, Pairs, Verdict, WIDE_MARGIN};
pub use report::{Mutated, Report, Tested};
pub use verdict::{Cause, Violation, violations};
