//! The command line of what runs on more than one machine: merge.

use std::path::PathBuf;

use clap::Args;

use super::AnswerFormat;

/// `coach merge`
#[derive(Debug, Args)]
#[command(
    after_help = "Grades of one answer that contradict each other are named, and nothing is written. The exit code \
    is 3 when an answer is ungraded or, with --answers or --shards, has no line."
)]
pub struct MergeArgs {
    /// Grades files, as `coach grade -o` writes them
    #[arg(required = true, value_name = "GRADES")]
    pub grades: Vec<PathBuf>,
    /// Where all grades go, in place of what is there
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The answers that were to be graded, to tell which have no line; may be given several times
    #[arg(long, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Format of the answers; without it by the file's ending
    #[arg(long, value_name = "FORMAT", requires = "answers")]
    pub format: Option<AnswerFormat>,
    /// How many shards there were, to tell which of them have no line at all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: Option<u32>,
}
