//! Parses the command line, runs the command, prints what went wrong and ends with the documented exit code.

#![warn(clippy::unwrap_used, clippy::expect_used)]

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use mimalloc::MiMalloc;

use interview_coach::cli::{Cli, Command, PracticeArgs, RubricCommand, Settings};
use interview_coach::commands::{self, Context};
use interview_coach::config::Environment;
use interview_coach::error::{Error, Exit, Result};
use interview_coach::session::now;
use interview_coach::terminal::{Terminal, sanitised};

/// Grading makes and drops many small strings on several threads, which takes the system's allocator a sixth of the
/// time of an answer that an endpoint grades.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or_else(usual_command);
    match run(command, cli.settings) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(error) => {
            // That nobody reads standard error is no reason to panic.
            let _ = writeln!(io::stderr(), "error: {}", sanitised(&error.to_string()));
            if let Some(hint) = error.advice() {
                let _ = writeln!(io::stderr(), "hint: {}", sanitised(hint));
            }
            ExitCode::from(error.exit().code())
        }
    }
}

/// Without a command: practise on a terminal, help otherwise.
fn usual_command() -> Command {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Command::Practice(PracticeArgs::default());
    }
    // Help goes to standard output; that nobody reads it is no error.
    let _ = Cli::command().print_help();
    std::process::exit(i32::from(Exit::Done.code()))
}

fn run(command: Command, settings: Settings) -> Result<Exit> {
    let environment = Environment::read();
    let terminal = Terminal::detect(settings.color, environment.no_color);
    let context = Context { terminal, clock: now, environment, settings };
    match command {
        Command::Practice(args) => block_on(commands::practice::run(&args, &context)),
        Command::Interview(args) => block_on(commands::interview::run(&args, &context)),
        Command::Progress(args) => commands::progress::run(&args, &context),
        Command::History(args) => commands::history::run(&args, &context),
        Command::Grade(args) => block_on(commands::grade::run(&args, &context)),
        Command::Batch(command) => block_on(commands::batch::run(&command, &context)),
        Command::Merge(args) => commands::merge::run(&args, &context),
        Command::Agreement(args) => commands::agreement::run(&args, &context),
        Command::Report(args) => commands::report::run(&args, &context),
        Command::List(args) => commands::list::run(&args, &context),
        Command::Show(args) => commands::show::run(&args, &context),
        Command::Rubric(RubricCommand::New(args)) => commands::rubric_new::run(&args, &context),
        Command::Rubric(RubricCommand::Check(args)) => block_on(commands::rubric_check::run(&args, &context)),
        Command::Rubric(RubricCommand::Draft(args)) => block_on(commands::rubric_draft::run(&args, &context)),
        Command::Rubric(RubricCommand::Diff(args)) => block_on(commands::rubric_diff::run(&args, &context)),
        Command::Rubric(RubricCommand::Test(args)) => block_on(commands::rubric_test::run(&args, &context)),
        Command::Rubric(RubricCommand::Import(args)) => commands::rubric_import::run(&args, &context),
        Command::Rubric(RubricCommand::Export(args)) => commands::rubric_export::run(&args, &context),
        Command::Rubric(RubricCommand::Schema) => commands::schema::run(&context),
        Command::Setup(args) => block_on(async {
            let check = commands::setup::run(&args, &context).await?;
            commands::doctor::run(&check, &context).await
        }),
        Command::Doctor(args) => block_on(commands::doctor::run(&args, &context)),
        Command::Completions { shell } => commands::shell::completions(shell, &context),
        Command::Man => commands::shell::man(&context),
    }
}

fn block_on(command: impl Future<Output = Result<Exit>>) -> Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failed(format!("cannot start: {error}")))?;
    let ended = runtime.block_on(command);
    // A thread that still waits for standard input must not keep the program alive.
    runtime.shutdown_background();
    ended
}
