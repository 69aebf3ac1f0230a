//! The command line: types only. What a command does is in `commands`.

mod endpoints;
mod grading;
mod numbers;
mod rubric;
mod scale;
mod sessions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use endpoints::{DoctorArgs, SetupArgs};
pub use grading::{AgreementArgs, AnswerFormat, GradeArgs, LimitArgs, RecordArgs, ReportArgs, ReportFormat};
pub use rubric::{
    AskJudge, CheckFormat, Denied, MutationExtent, RubricCheckArgs, RubricCommand, RubricDiffArgs,
    RubricDraftArgs, RubricExportArgs, RubricImportArgs, RubricNewArgs, RubricTestArgs, SheetFormat,
};
pub use scale::{
    BatchCollectArgs, BatchCommand, BatchExportArgs, BatchImportArgs, BatchStatusArgs, BatchSubmitArgs,
    MergeArgs,
};
pub use sessions::{
    HistoryArgs, HistoryCommand, HistoryDeleteArgs, HistoryListArgs, HistoryShowArgs, InterviewArgs,
    ProgressArgs,
};

use crate::bank::Difficulty;
use crate::config::MOST_SAMPLES;

/// Practise interview answers about LLMs and machine learning, and get a critique you can check.
#[derive(Debug, Parser)]
#[command(name = "coach", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Without a command, `coach` practises on a terminal.\n\
    Exit codes: 0 done, 1 failed, 2 wrong use or invalid rubric, 3 some answers ungraded, 130 interrupted.")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings that every command takes.
    #[command(flatten)]
    pub settings: Settings,
}

/// Settings that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Settings {
    /// Configuration file, instead of coach/config.toml in your configuration folder
    #[arg(long, global = true, value_name = "FILE", env = "COACH_CONFIG", help_heading = "Settings")]
    pub config: Option<PathBuf>,
    /// Folder with rubrics of your own; may be given several times, later ones win
    #[arg(long, global = true, value_name = "DIR", help_heading = "Settings")]
    pub rubrics: Vec<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Settings")]
    pub color: ColorChoice,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer a question and get a critique
    Practice(PracticeArgs),
    /// A mock interview: several questions with follow-ups, and a debrief in the end
    Interview(InterviewArgs),
    /// Show how you get better: topics, dimensions, mistakes, what is due
    Progress(ProgressArgs),
    /// Show, delete, export and import what you answered
    History(HistoryArgs),
    /// Grade many answers from JSONL or CSV files
    Grade(GradeArgs),
    /// Grade through a provider's Batch API, or a file of requests
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Join the grades of several runs into one file
    Merge(MergeArgs),
    /// Compare grades with what humans gave the same answers
    Agreement(AgreementArgs),
    /// Make a page, a sheet, a summary or test cases of grades
    Report(ReportArgs),
    /// List the questions of the bank
    List(ListArgs),
    /// Show a question and how its answers are judged
    Show(ShowArgs),
    /// Write rubrics and check them
    #[command(subcommand)]
    Rubric(RubricCommand),
    /// Find a model on this machine, or connect one elsewhere, and write the configuration
    Setup(SetupArgs),
    /// Check what an endpoint can do, and how well its model judges
    Doctor(DoctorArgs),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Which judge grades.
#[derive(Debug, Clone, Default, Args)]
pub struct JudgeArgs {
    /// Judge: `built-in`, or a name from `[judges]` in the configuration
    #[arg(long, value_name = "NAME", help_heading = "Judge")]
    pub judge: Option<String>,
    /// Model to ask for at the endpoint
    #[arg(long, value_name = "MODEL", env = "COACH_MODEL", help_heading = "Judge")]
    pub model: Option<String>,
    /// Ask the model in many small questions, a key point at a time: what small models need
    #[arg(long, help_heading = "Judge")]
    pub careful: bool,
    /// Ask for each critique so often: the median level counts, and how far the samples agree is kept
    #[arg(long, value_name = "N", value_parser = samples(), help_heading = "Judge")]
    pub samples: Option<u32>,
    /// Ask the model anew, and keep no replies
    #[arg(long, help_heading = "Judge")]
    pub no_cache: bool,
    /// Append to this file what the model is asked and replies, one JSON object a judgement; never the key
    #[arg(long, value_name = "FILE", help_heading = "Judge")]
    pub log: Option<PathBuf>,
}

fn samples() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(MOST_SAMPLES))
}

/// Which questions.
#[derive(Debug, Clone, Default, Args)]
pub struct Choice {
    /// Only questions of this topic
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// Only questions of this difficulty
    #[arg(long, value_name = "LEVEL", value_parser = difficulty())]
    pub difficulty: Option<Difficulty>,
}

fn difficulty() -> impl clap::builder::TypedValueParser<Value = Difficulty> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(Difficulty::ALL.map(|(name, _)| name)).map(|chosen| {
        // The parser admits only these names.
        Difficulty::ALL.iter().find(|(name, _)| *name == chosen).map_or(Difficulty::Core, |(_, it)| *it)
    })
}

/// `coach practice`
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct PracticeArgs {
    /// Id of the question; without it you see what is due, and choose
    pub question: Option<String>,
    /// Which questions to choose from.
    #[command(flatten)]
    pub choice: Choice,
    /// Only questions that you never answered
    #[arg(long, conflicts_with = "question")]
    pub new: bool,
    /// Only questions whose last answer was below solid, the weakest first
    #[arg(long, conflicts_with_all = ["question", "new"])]
    pub weak: bool,
    /// Drill one weakness: only questions that look for this mistake
    #[arg(long, value_name = "ID", conflicts_with_all = ["question", "new", "weak"])]
    pub mistake: Option<String>,
    /// Count down the question's minutes while you write
    #[arg(long, conflicts_with = "answer")]
    pub timer: bool,
    /// Read the answer from a file, or from standard input with `-`, and print the critique; not kept in the history
    #[arg(long, value_name = "FILE|-")]
    pub answer: Option<PathBuf>,
    /// Write the answer in $VISUAL or $EDITOR
    #[arg(long, conflicts_with = "answer")]
    pub editor: bool,
    /// Print the grade as JSON (with --answer)
    #[arg(long, requires = "answer")]
    pub json: bool,
    /// How much of the critique is shown.
    #[command(flatten)]
    pub detail: DetailArgs,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// How much of a critique is shown.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct DetailArgs {
    /// Show words only: no scores, levels or points
    #[arg(long, conflicts_with = "verbose")]
    pub no_scores: bool,
    /// Also show weights, the wording of the levels reached, and every quotation whole
    #[arg(long, short)]
    pub verbose: bool,
}

/// `coach list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which questions to list.
    #[command(flatten)]
    pub choice: Choice,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `coach show`
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Id of the question
    pub question: String,
    /// Also show the model answer
    #[arg(long)]
    pub answer: bool,
    /// The whole rubric as JSON
    #[arg(long)]
    pub json: bool,
}
