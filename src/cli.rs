//! The command line: types only. What a command does is in `commands`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bank::{Difficulty, lint};

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
    /// Show, delete, export and import what you answered
    History(HistoryArgs),
    /// Grade many answers from JSONL or CSV files
    Grade(GradeArgs),
    /// Compare grades with what humans gave the same answers
    Agreement(AgreementArgs),
    /// List the questions of the bank
    List(ListArgs),
    /// Show a question and how its answers are judged
    Show(ShowArgs),
    /// Write rubrics and check them
    #[command(subcommand)]
    Rubric(RubricCommand),
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
    /// Judge: `built-in`, or a name from [judges] in the configuration
    #[arg(long, value_name = "NAME", help_heading = "Judge")]
    pub judge: Option<String>,
    /// Model to ask for at the endpoint
    #[arg(long, value_name = "MODEL", env = "COACH_MODEL", help_heading = "Judge")]
    pub model: Option<String>,
    /// Ask the model anew, and keep no replies
    #[arg(long, help_heading = "Judge")]
    pub no_cache: bool,
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
pub struct PracticeArgs {
    /// Id of the question; without it you choose from a list
    pub question: Option<String>,
    /// Which questions to choose from.
    #[command(flatten)]
    pub choice: Choice,
    /// Read the answer from a file, or from standard input with `-`, and print the critique
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

/// `coach grade`
#[derive(Debug, Args)]
pub struct GradeArgs {
    /// Files of answers, JSONL or CSV; `-` is standard input
    #[arg(required = true, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Where the grades go, appended and resumed; standard output without it
    #[arg(short, long, value_name = "GRADES")]
    pub output: Option<PathBuf>,
    /// Format of the answers; without it by the file's ending, and JSONL for standard input
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<AnswerFormat>,
    /// Question for answers that name none
    #[arg(long, value_name = "ID")]
    pub question: Option<String>,
    /// How many answers are judged at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub concurrency: Option<u16>,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// Format of a file of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
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

fn above_zero(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "must be a number above 0".to_owned())
}

fn correlation(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (-1.0..=1.0).contains(number));
    number.ok_or_else(|| "must be a number from -1 to 1".to_owned())
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

/// `coach rubric`
#[derive(Debug, Subcommand)]
pub enum RubricCommand {
    /// Begin a rubric: a file that says what goes where
    New(RubricNewArgs),
    /// Check rubric files: every problem, with its place
    Check(RubricCheckArgs),
    /// Tell what two rubrics differ in, and whose grades move
    Diff(RubricDiffArgs),
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
    pub format: ReportFormat,
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
pub enum ReportFormat {
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
