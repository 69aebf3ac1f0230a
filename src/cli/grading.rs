//! The command line of what handles many answers: grade, agreement and report.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::JudgeArgs;
use super::numbers::{above_zero, correlation, points};
use crate::config::Concurrency;
use crate::shard::Shard;

/// `coach grade`
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// Files of answers, JSONL or CSV; `-` is standard input
    #[arg(required = true, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Where the grades go, appended and resumed; standard output without it
    #[arg(short, long, value_name = "GRADES")]
    pub output: Option<PathBuf>,
    /// Which of their records.
    #[command(flatten)]
    pub records: RecordArgs,
    /// Write the grades in the order of the answers
    #[arg(long)]
    pub ordered: bool,
    /// Exit with 1 when any graded answer is below this score
    #[arg(long, value_name = "SCORE", value_parser = points)]
    pub fail_under: Option<f64>,
    /// Say how many calls and tokens it would take and what they would cost, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How fast, and how far.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// Which records of the files of answers.
#[derive(Debug, Clone, Default, Args)]
pub struct RecordArgs {
    /// Format of the answers; without it by the file's ending, and JSONL for standard input
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<AnswerFormat>,
    /// Question for answers that name none
    #[arg(long, value_name = "ID")]
    pub question: Option<String>,
    /// Take one part of the answers: the Kth of N, by a hash of the ids; `coach merge` joins the parts
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
}

impl GradeArgs {
    /// The output, if it is a file.
    pub fn output_file(&self) -> Option<&std::path::Path> {
        self.output.as_deref().filter(|path| path.as_os_str() != "-")
    }
}

/// How fast a judge is asked, and how far a run may go.
#[derive(Debug, Clone, Default, Args)]
pub struct LimitArgs {
    /// How many answers are judged at once: a number, or `auto` to find what the server keeps up with
    #[arg(long, value_name = "N|auto", help_heading = "Limits")]
    pub concurrency: Option<Concurrency>,
    /// Most requests in any minute
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Limits")]
    pub rpm: Option<u32>,
    /// Most tokens in any minute, sent and received
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    pub tpm: Option<u64>,
    /// Stop when so much is spent, by the `[prices]` of the configuration
    #[arg(long, value_name = "MONEY", value_parser = above_zero, help_heading = "Limits")]
    pub max_cost: Option<f64>,
    /// Stop when the run has used so many tokens, sent and received
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    pub max_tokens: Option<u64>,
}

/// Format of a file of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerFormat {
    /// One JSON object a line.
    Jsonl,
    /// A header line, then one answer a row.
    Csv,
}

/// `coach agreement`
#[derive(Debug, Args)]
pub struct AgreementArgs {
    /// Grades file, as `coach grade` writes it; `-` is standard input
    pub grades: PathBuf,
    /// Human ratings: the file of answers itself, or any JSONL with `id` and `human`, or CSV with `id` and `score`,
    /// `level:CRITERION` or `mistakes`
    #[arg(long, value_name = "FILE")]
    pub human: PathBuf,
    /// Format of the human ratings; without it by the file's ending
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<AnswerFormat>,
    /// The human score that stands for 100 points
    #[arg(long, value_name = "N", default_value_t = 100.0, value_parser = above_zero)]
    pub max_score: f64,
    /// How many of the answers that differ most to name
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub furthest: usize,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 unless Pearson's r of the scores is at least this
    #[arg(long, value_name = "R", value_parser = correlation)]
    pub min_r: Option<f64>,
    /// Exit with 1 unless the quadratic-weighted kappa of the levels (of the bands, where humans gave no levels) is
    /// at least this
    #[arg(long, value_name = "KAPPA", value_parser = correlation)]
    pub min_kappa: Option<f64>,
}

/// `coach report`
#[derive(Debug, Args)]
#[command(
    after_help = "With --fail-under, the exit code is 1 when any graded answer is below it, else 3 when an answer is \
    ungraded.\nExamples:\n  coach report grades.jsonl --answers answers.jsonl -o report.html\n  \
    coach report --history -o history.html\n  \
    coach report grades.jsonl --format junit --fail-under 70 -o grades.xml"
)]
pub struct ReportArgs {
    /// Grades files, as `coach grade` writes them; `-` is standard input
    #[arg(required_unless_present = "history", value_name = "GRADES")]
    pub grades: Vec<PathBuf>,
    /// Your own answers, from `coach practice` and `coach interview`
    #[arg(long, conflicts_with_all = ["grades", "answers"])]
    pub history: bool,
    /// Of the history, only so many of the newest answers
    #[arg(long, value_name = "N", conflicts_with_all = ["grades", "answers"], value_parser = clap::value_parser!(u32).range(1..))]
    pub last: Option<u32>,
    /// The answers that were graded, to show them with the evidence in place; may be given several times
    #[arg(long, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Form of the report; without it by the ending of -o (.html, .csv, .md, .xml), and Markdown without -o
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<ReportFormat>,
    /// Where the report goes, in place of what is there; standard output without it
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Of CSV: a row for each criterion of each answer, instead of one for each answer
    #[arg(long)]
    pub long: bool,
    /// Score that every answer has to reach, 0 to 100; see below for the exit code
    #[arg(long, value_name = "SCORE", value_parser = points)]
    pub fail_under: Option<f64>,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A page for a browser, with charts, filters and each answer.
    Html,
    /// A row for each answer.
    Csv,
    /// A summary for a pull request or a chat.
    Markdown,
    /// JUnit XML: a test case for each answer.
    Junit,
}
