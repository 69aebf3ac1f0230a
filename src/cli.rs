//! The command line: types only. What a command does is in `commands`.

mod sessions;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bank::{Difficulty, lint};
use crate::config::Concurrency;

pub use sessions::{
    HistoryArgs, HistoryCommand, HistoryDeleteArgs, HistoryListArgs, HistoryShowArgs, InterviewArgs,
    ProgressArgs,
};

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
    /// Write the grades in the order of the answers
    #[arg(long)]
    pub ordered: bool,
    /// Exit with 1 unless the mean score is at least this
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
    /// Stop when so much is spent, by the [prices] of the configuration
    #[arg(long, value_name = "MONEY", value_parser = above_zero, help_heading = "Limits")]
    pub max_cost: Option<f64>,
    /// Stop when the run has used so many tokens, sent and received
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = "Limits")]
    pub max_tokens: Option<u64>,
}

fn points(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "must be a number from 0 to 100".to_owned())
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

/// `coach report`
#[derive(Debug, Args)]
#[command(
    after_help = "With --fail-under, the exit code is 1 when any graded answer is below it, else 3 when an answer is \
    ungraded.\nExamples:\n  coach report grades.jsonl --answers answers.jsonl -o report.html\n  \
    coach report grades.jsonl --format junit --fail-under 70 -o grades.xml"
)]
pub struct ReportArgs {
    /// Grades files, as `coach grade` writes them; `-` is standard input
    #[arg(required = true, value_name = "GRADES")]
    pub grades: Vec<PathBuf>,
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

fn share(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "must be a number from 0 to 1".to_owned())
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
