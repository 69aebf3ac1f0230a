//! The command line of what looks at the user over time: interview, progress and history.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DetailArgs, JudgeArgs, difficulty};
use crate::bank::Difficulty;

/// `coach interview`
#[derive(Debug, Args)]
pub struct InterviewArgs {
    /// How many questions are asked
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub questions: u16,
    /// Ask until so many minutes are over, instead of a number of questions
    #[arg(long, value_name = "M", conflicts_with = "questions", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub minutes: Option<u16>,
    /// Only questions of this topic; may be given several times
    #[arg(long = "topic", value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Only questions of this difficulty
    #[arg(long, value_name = "LEVEL", value_parser = difficulty())]
    pub difficulty: Option<Difficulty>,
    /// Ask no follow-up questions
    #[arg(long)]
    pub no_follow_ups: bool,
    /// Count down each question's minutes while you write
    #[arg(long)]
    pub timer: bool,
    /// Write the answers in $VISUAL or $EDITOR
    #[arg(long)]
    pub editor: bool,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `coach progress`
#[derive(Debug, Args)]
pub struct ProgressArgs {
    /// Show words and bars only: no scores
    #[arg(long, conflicts_with = "json")]
    pub no_scores: bool,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// `coach history`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HistoryArgs {
    /// What to do with the history; without it, list it.
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
    /// What to list.
    #[command(flatten)]
    pub list: HistoryListArgs,
}

/// What to do with the history.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// List attempts, the newest last
    List(HistoryListArgs),
    /// Show an attempt: the answer and its critique
    Show(HistoryShowArgs),
    /// Delete attempts
    Delete(HistoryDeleteArgs),
    /// Print every attempt as JSONL, for `coach history import` on another machine, or for `coach grade`
    Export,
    /// Add the attempts of a file that `coach history export` wrote; what is there already stays as it is
    Import {
        /// The file; `-` is standard input
        file: PathBuf,
    },
}

/// `coach history list`
#[derive(Debug, Clone, Default, Args)]
pub struct HistoryListArgs {
    /// Only attempts at this question
    #[arg(long, value_name = "ID")]
    pub question: Option<String>,
    /// How many of the newest to list; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub last: usize,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `coach history show`
#[derive(Debug, Args)]
pub struct HistoryShowArgs {
    /// Id of the attempt, or how it begins
    #[arg(value_name = "ID")]
    pub attempt: String,
    /// How much of the critique is shown.
    #[command(flatten)]
    pub detail: DetailArgs,
    /// Print the attempt as JSON
    #[arg(long)]
    pub json: bool,
}

/// `coach history delete`
#[derive(Debug, Args)]
pub struct HistoryDeleteArgs {
    /// Ids of the attempts, or how they begin
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub attempts: Vec<String>,
    /// Delete every attempt
    #[arg(long, conflicts_with = "attempts")]
    pub all: bool,
    /// Do not ask first
    #[arg(long, short)]
    pub yes: bool,
}
