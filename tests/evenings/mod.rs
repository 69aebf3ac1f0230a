//! The program on another evening: a test's own executable, started again, runs a command of the library with the
//! clock as a parameter, as `main` does with the computer's clock. So a test sees one home over many days, and the
//! program that users get cannot be told the time.

#![allow(dead_code, reason = "each test file uses its part of this")]

use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use clap::Parser as _;
use interview_coach::attempt::Moment;
use interview_coach::cli::{self, Cli};
use interview_coach::commands::{self, Context};
use interview_coach::config::Environment;
use interview_coach::terminal::Terminal;
use jiff::{SignedDuration, ToSpan as _, civil::date};

use crate::coach::Coach;

/// What the executable runs, a line an argument; without it there is nothing to run.
const ARGUMENTS: &str = "COACH_TEST_ARGUMENTS";
/// How many evenings after the first one it is.
const EVENING: &str = "COACH_TEST_EVENING";

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Eight o'clock on that evening, and whatever has passed since the start.
fn clock() -> Moment {
    let evening: i64 = std::env::var(EVENING).unwrap().parse().unwrap();
    let day = date(2026, 3, 2).checked_add(evening.days()).unwrap();
    let passed = SignedDuration::try_from(STARTED.elapsed()).unwrap();
    let at = day.at(20, 0, 0, 0).in_tz("UTC").unwrap().timestamp().checked_add(passed).unwrap();
    Moment { at: jiff::Timestamp::from_millisecond(at.as_millisecond()).unwrap(), day }
}

/// The command on that evening, ready to start. Its executable has to call [`run_if_asked`] in a test of this name.
pub(crate) fn command(coach: &Coach, evening: i64, arguments: &[&str]) -> Command {
    let program = coach.command(&[]);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_program_on_another_evening", "--nocapture", "--quiet"]);
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env(ARGUMENTS, arguments.join("\n")).env(EVENING, evening.to_string());
    command.current_dir(coach.folder()).stdin(Stdio::null());
    command
}

/// Runs the command that the environment names and ends the process with its exit code.
pub(crate) fn run_if_asked() {
    let Ok(arguments) = std::env::var(ARGUMENTS) else { return };
    LazyLock::force(&STARTED);
    let cli = Cli::parse_from(["coach"].into_iter().chain(arguments.lines()));
    let environment = Environment::read();
    let terminal = Terminal::detect(cli.settings.color, environment.no_color);
    let context = Context { terminal, clock, environment, settings: cli.settings };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ended = match cli.command.unwrap() {
        cli::Command::Practice(args) => runtime.block_on(commands::practice::run(&args, &context)),
        cli::Command::Interview(args) => runtime.block_on(commands::interview::run(&args, &context)),
        cli::Command::Progress(args) => commands::progress::run(&args, &context),
        other => panic!("no test runs this on another evening: {other:?}"),
    };
    let code = ended.unwrap_or_else(|error| panic!("{error}")).code();
    std::process::exit(i32::from(code));
}
