//! The command line of what connects a model: setup and doctor.

use std::path::PathBuf;

use clap::Args;

/// `coach doctor`
#[derive(Debug, Clone, Default, Args)]
#[command(
    after_help = "Exits with 0 when the judge can be used, with 1 when not. How many of the 12 answers it gets right \
    changes that only with --min-right.\nExamples:\n  coach doctor\n  coach doctor --judge local --min-right 10   # in a job"
)]
pub struct DoctorArgs {
    /// Judge: `built-in`, or a name from `[judges]` in the configuration; without it the one that would grade
    #[arg(long, value_name = "NAME")]
    pub judge: Option<String>,
    /// Model to ask for at the endpoint
    #[arg(long, value_name = "MODEL", env = "COACH_MODEL")]
    pub model: Option<String>,
    /// Try it on the 12 answers as `coach grade --careful` would ask
    #[arg(long, conflicts_with = "no_gate")]
    pub careful: bool,
    /// Leave out the 12 answers whose levels are known
    #[arg(long, conflicts_with = "min_right")]
    pub no_gate: bool,
    /// Exit with 1 unless the judge gets at least so many of the 12 levels right
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=12))]
    pub min_right: Option<u8>,
    /// Append to this file what the model is asked about the 12 answers and replies, one JSON object each
    #[arg(long, value_name = "FILE", conflicts_with = "no_gate")]
    pub log: Option<PathBuf>,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

/// `coach setup`
#[derive(Debug, Clone, Default, Args)]
#[command(
    after_help = "Without --base-url only this machine is asked, at the usual ports of Ollama (11434), LM Studio \
    (1234), llama.cpp (8080) and vLLM (8000).\nExamples:\n  coach setup\n  coach setup --model qwen3:8b --default\n  \
    coach setup --base-url https://api.openai.com/v1 --model gpt-4.1-mini --api-key-env OPENAI_API_KEY"
)]
pub struct SetupArgs {
    /// Address of the endpoint, up to /v1; without it servers on this machine are looked for
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Ports of this machine to look at, instead of the usual ones
    #[arg(long, value_name = "PORT", value_delimiter = ',', conflicts_with = "base_url")]
    pub ports: Vec<u16>,
    /// Model to ask for; without it you choose
    #[arg(long, value_name = "MODEL", env = "COACH_MODEL")]
    pub model: Option<String>,
    /// Name of the judge in the configuration; without it the server's name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Environment variable that has the key
    #[arg(long, value_name = "VARIABLE", conflicts_with = "api_key_stdin")]
    pub api_key_env: Option<String>,
    /// Read the key from standard input and keep it in the configuration, which then only you can read
    #[arg(long)]
    pub api_key_stdin: bool,
    /// Make it the judge that grades unless another is named, in place of the present one
    #[arg(long)]
    pub default: bool,
    /// Leave out the 12 answers whose levels are known
    #[arg(long)]
    pub no_gate: bool,
}
