//! The command line of `coach rubric`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::numbers::{correlation, share};
use super::{JudgeArgs, difficulty};
use crate::bank::{Difficulty, lint};

/// `coach rubric`
#[derive(Debug, Subcommand)]
pub enum RubricCommand {
    /// Begin a rubric: a file that says what goes where
    New(RubricNewArgs),
    /// Check rubric files: every problem, with its place
    Check(RubricCheckArgs),
    /// Let a model draft a rubric, for you to correct
    Draft(RubricDraftArgs),
    /// Tell what two rubrics differ in, and whose grades move
    Diff(RubricDiffArgs),
    /// Try rubrics on their exemplars and on mutations of them
    Test(RubricTestArgs),
    /// Make rubrics of questions with reference answers and marked answers, from CSV
    Import(RubricImportArgs),
    /// Print rubrics as sheets for human graders
    Export(RubricExportArgs),
    /// Print the JSON Schema of rubric files
    Schema,
}

/// `coach rubric new`
#[derive(Debug, Clone, Args)]
pub struct RubricNewArgs {
    /// Id of the question, kebab-case; the file is named after it
    pub id: String,
    /// What the interviewer says
    #[arg(long, value_name = "TEXT")]
    pub question: Option<String>,
    /// Topic, kebab-case
    #[arg(long, value_name = "TOPIC")]
    pub topic: Option<String>,
    /// What is judged, in a few words; once for each criterion
    #[arg(long = "criterion", value_name = "NAME")]
    pub criteria: Vec<String>,
    /// One line for lists; the question's first sentence without it
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// How demanding the question is; core without it
    #[arg(long, value_name = "LEVEL", value_parser = difficulty())]
    pub difficulty: Option<Difficulty>,
    /// Minutes for the answer; 4 without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=60))]
    pub minutes: Option<u32>,
    /// Folder for the file, made if it is missing; rubrics/TOPIC without it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `coach rubric draft`
#[derive(Debug, Args)]
pub struct RubricDraftArgs {
    /// What the interviewer says
    pub question: String,
    /// Your notes on the question, for the model to take facts from
    #[arg(long, value_name = "NOTES")]
    pub from: Option<PathBuf>,
    /// Id of the question, kebab-case; without it the question's first words
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Topic, kebab-case
    #[arg(long, value_name = "TOPIC", default_value = "drafts")]
    pub topic: String,
    /// Folder for the file, made if it is missing; rubrics/TOPIC without it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Which model drafts.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `coach rubric diff`
#[derive(Debug, Args)]
pub struct RubricDiffArgs {
    /// The rubric as it was: a file of any name, or an id of the bank
    pub before: PathBuf,
    /// The rubric as it is: a file of any name, or an id of the bank
    pub after: PathBuf,
    /// Answers to the question, JSONL or CSV, to grade under both; `-` is standard input
    #[arg(long, value_name = "ANSWERS")]
    pub answers: Option<PathBuf>,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 if grades may change; with --answers, if any did
    #[arg(long)]
    pub exit_code: bool,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `coach rubric test`
#[derive(Debug, Args)]
pub struct RubricTestArgs {
    /// Ids of rubrics, rubric files or folders of them; all without any
    #[arg(value_name = "ID|PATH")]
    pub named: Vec<String>,
    /// How many mutations of the exemplars are graded as well; without it all by the built-in judge, few by a model
    #[arg(long, value_name = "EXTENT")]
    pub mutations: Option<MutationExtent>,
    /// Show every level, mistake and mutation that differs, also of several rubrics
    #[arg(long, short, conflicts_with = "json")]
    pub verbose: bool,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 unless the quadratic-weighted kappa of all levels is at least this
    #[arg(long, value_name = "KAPPA", value_parser = correlation)]
    pub min_kappa: Option<f64>,
    /// Exit with 1 unless this share of all levels is at most one step from the author's
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub min_within_one: Option<f64>,
    /// Exit with 1 unless F1 of all flagged mistakes is at least this
    #[arg(long, value_name = "F1", value_parser = share)]
    pub min_f1: Option<f64>,
    /// Exit with 1 unless this share of the mutations holds
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub min_held: Option<f64>,
    /// Exit with 1 unless strong > solid > weak in every rubric (mean score of the exemplars whose labels are in a band)
    #[arg(long)]
    pub ordered: bool,
    /// How many answers are judged at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub concurrency: Option<u16>,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// How many mutations are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MutationExtent {
    /// None.
    None,
    /// One removal a criterion, each mistake once, one of each kind of appended text, every honest twin.
    Few,
    /// Every cited sentence, and every mistake and text with every exemplar.
    All,
}

/// `coach rubric import`
#[derive(Debug, Args)]
pub struct RubricImportArgs {
    /// CSV with the columns `question` and `reference`, and if you have them `question_id`, `answer_id`, `answer`,
    /// `score` (0 to 1) and `max_score`
    pub file: PathBuf,
    /// Folder for the rubrics, made if it is missing; rubrics/TOPIC without it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Topic of the rubrics, kebab-case
    #[arg(long, value_name = "TOPIC", default_value = "imported")]
    pub topic: String,
    /// Keep each reference as one key point, for references that say more than is asked for
    #[arg(long)]
    pub whole: bool,
    /// Also write the answers, with their scores, as JSONL for `coach grade` and `coach agreement`
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
}

/// `coach rubric export`
#[derive(Debug, Args)]
pub struct RubricExportArgs {
    /// Ids of the rubrics; all without any
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Form of the sheet
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub format: SheetFormat,
    /// Answers to be graded: a sheet with a row each, which `coach agreement --human` reads when it is filled in
    #[arg(long, value_name = "ANSWERS")]
    pub answers: Option<PathBuf>,
}

/// Form of a sheet for human graders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SheetFormat {
    /// A row for each criterion, with empty columns for level and mistakes.
    Csv,
    /// A page for each rubric.
    Markdown,
}

/// `coach rubric check`
#[derive(Debug, Args)]
pub struct RubricCheckArgs {
    /// Files or folders; without them the shipped bank and your own folders
    pub paths: Vec<PathBuf>,
    /// Take advice for a problem, all of it or that of one class; may be given several times
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = denied())]
    pub deny: Vec<Denied>,
    /// Format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: CheckFormat,
    /// When to let the built-in judge grade model answers and exemplars
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub ask_judge: AskJudge,
    /// Check again whenever a file is saved, until Ctrl-C
    #[arg(long)]
    pub watch: bool,
}

/// When the built-in judge grades the answers that rubrics hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AskJudge {
    /// Up to 100 rubrics: each takes it some ten milliseconds.
    Auto,
    /// Whatever time it takes.
    Always,
    /// Never.
    Never,
}

/// Format of a report on rubric files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With the lines that each problem is about.
    Human,
    /// One JSON object.
    Json,
    /// Workflow commands of GitHub Actions, which annotate a pull request.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// Advice that is taken for a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// All of it.
    Advice,
    /// That of one class.
    Class(lint::Class),
}

fn denied() -> impl clap::builder::TypedValueParser<Value = Denied> {
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
    let all = PossibleValue::new("advice").help("all of the classes below");
    let classes = lint::Class::ALL.map(|(name, _, finds)| PossibleValue::new(name).help(finds));
    PossibleValuesParser::new(std::iter::once(all).chain(classes)).map(|named| {
        // The parser admits only these names.
        let class = lint::Class::ALL.iter().find(|(name, ..)| *name == named);
        class.map_or(Denied::Advice, |(_, class, _)| Denied::Class(*class))
    })
}
