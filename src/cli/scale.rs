//! The command line of what grades more than one machine can: batches at a provider, and parts that are merged.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AnswerFormat, JudgeArgs, RecordArgs};

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

/// `coach batch`
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Send answers to a provider's Batch API, to be graded within a day at a lower price
    Submit(BatchSubmitArgs),
    /// Show how far the batches of a grades file are
    Status(BatchStatusArgs),
    /// Fetch the replies that are there and grade their answers
    Collect(BatchCollectArgs),
    /// Write the requests to a file, for `vllm run-batch` and the like
    Export(BatchExportArgs),
    /// Grade answers by a file of replies to the requests that `coach batch export` wrote
    Import(BatchImportArgs),
}

/// `coach batch submit`
#[derive(Debug, Args)]
#[command(
    after_help = "The first answer is graded live, which shows what the server takes before thousands of requests \
    depend on it. Run the same command again after an interruption: nothing is uploaded or ordered twice. What is under \
    way is kept in the folder GRADES.batch; remove it to give the batches up."
)]
pub struct BatchSubmitArgs {
    /// Files of answers, JSONL or CSV
    #[arg(required = true, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Where the grades will go; what it has already is not asked for again
    #[arg(short, long, value_name = "GRADES")]
    pub output: PathBuf,
    /// Which of the records.
    #[command(flatten)]
    pub records: RecordArgs,
    /// Most requests in one batch
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub requests: u64,
    /// Most megabytes in one batch
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub megabytes: u64,
    /// Most batches under way at once, for a provider that limits what may wait; the same command again sends more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub batches: Option<u64>,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `coach batch status`
#[derive(Debug, Args)]
pub struct BatchStatusArgs {
    /// The grades file that was named to `coach batch submit`
    pub grades: PathBuf,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// `coach batch collect`
#[derive(Debug, Args)]
#[command(
    after_help = "The exit code is 3 while answers are without a grade: because their batch is under way, or because \
    they have to be asked about again, which `coach grade` with the same files does."
)]
pub struct BatchCollectArgs {
    /// The grades file that was named to `coach batch submit`
    pub grades: PathBuf,
}

/// `coach batch export`
#[derive(Debug, Args)]
pub struct BatchExportArgs {
    /// Files of answers, JSONL or CSV; `-` is standard input
    #[arg(required = true, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Where the requests go, in place of what is there; standard output without it
    #[arg(short, long, value_name = "REQUESTS")]
    pub output: Option<PathBuf>,
    /// Which of the records.
    #[command(flatten)]
    pub records: RecordArgs,
    /// Which judge grades.
    #[command(flatten)]
    pub judge: JudgeArgs,
}

/// `coach batch import`
#[derive(Debug, Args)]
pub struct BatchImportArgs {
    /// Files of replies, in any order
    #[arg(required = true, value_name = "REPLIES")]
    pub replies: Vec<PathBuf>,
    /// The answers that were exported; may be given several times
    #[arg(long, required = true, value_name = "ANSWERS")]
    pub answers: Vec<PathBuf>,
    /// Where the grades go, appended and resumed; standard output without it
    #[arg(short, long, value_name = "GRADES")]
    pub output: Option<PathBuf>,
    /// Which of the records.
    #[command(flatten)]
    pub records: RecordArgs,
    /// The judge that the requests were exported for.
    #[command(flatten)]
    pub judge: JudgeArgs,
}
