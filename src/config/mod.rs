//! Settings: defaults < file < environment < flags.

pub mod edit;
mod judge;
mod key;
mod panel;
mod prices;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::document::{Document, Problem, Table};
use crate::error::{Error, Result};
use crate::nearest::nearest;

pub use judge::{Concurrency, JudgeConfig, MOST_SAMPLES};
pub use key::{ApiKey, KeySource};
pub use prices::Prices;

/// The name of the judge that needs no endpoint.
pub const BUILT_IN: &str = "built-in";
/// The name of the judge that the environment describes.
pub const FROM_ENVIRONMENT: &str = "environment";
/// A reply takes 2 to 4 kilobytes, so this keeps those to more than 100,000 answers.
const DEFAULT_CACHE_MEGABYTES: u32 = 512;

/// What the program takes from its environment, read once by `main`.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `OPENAI_BASE_URL`
    pub base_url: Option<String>,
    /// `OPENAI_API_KEY`
    pub api_key: Option<ApiKey>,
    /// `COACH_HOME`
    pub home: Option<PathBuf>,
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
}

impl Environment {
    /// Reads the process's environment; empty variables count as absent.
    pub fn read() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self {
            base_url: variable("OPENAI_BASE_URL"),
            api_key: variable("OPENAI_API_KEY").map(|key| ApiKey::new(&key)),
            home: std::env::var_os("COACH_HOME").filter(|home| !home.is_empty()).map(PathBuf::from),
            no_color: variable("NO_COLOR").is_some(),
        }
    }
}

/// The configuration file.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The judge to use when no flag names one.
    pub judge: Option<String>,
    /// Folders with rubrics, relative ones already taken from the file's folder.
    pub rubrics: Vec<PathBuf>,
    /// Folder with prompt templates that replace the shipped ones.
    pub prompts: Option<PathBuf>,
    /// How much of the disk the reply cache may take, in megabytes; 0 keeps nothing.
    pub cache_megabytes: u32,
    /// The endpoints by the name of their judge.
    pub judges: BTreeMap<String, JudgeConfig>,
    /// The panels by the name of their judge; the members of each are endpoints of `judges`, or the built-in judge.
    pub panels: BTreeMap<String, Vec<String>>,
    /// What models cost, by their name at the endpoint.
    pub prices: BTreeMap<String, Prices>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            judge: None,
            rubrics: Vec::new(),
            prompts: None,
            cache_megabytes: DEFAULT_CACHE_MEGABYTES,
            judges: BTreeMap::new(),
            panels: BTreeMap::new(),
            prices: BTreeMap::new(),
        }
    }
}

/// Which judge grades, and how that was decided.
#[derive(Debug, Clone, PartialEq)]
pub enum JudgeChoice {
    /// The built-in judge, because the user named it.
    BuiltIn,
    /// The built-in judge, because nothing else is configured.
    NothingElse,
    /// The endpoint of a judge of that name.
    Endpoint(String, Box<JudgeConfig>),
    /// A panel of that name, and its members, none of them a panel.
    Panel(String, Vec<JudgeChoice>),
}

impl Config {
    /// Reads a configuration. `folder` is what relative paths in it start from; `private` says that nobody
    /// but the owner can read the file, which a key in it requires.
    pub fn parse(file: &str, text: &str, folder: &Path, private: bool) -> Result<Self, Vec<Problem>> {
        let document = Document::new(file, text).keeping_keys_secret();
        let parsed = document.parse();
        let mut config = Self::default();
        if !document.has_problems() {
            config = read(&document.top(&parsed), folder, private);
        }
        drop(parsed);
        if document.has_problems() { Err(document.into_problems()) } else { Ok(config) }
    }

    /// Decides which judge grades: the named one, else the configured default, else the environment's
    /// endpoint, else the built-in judge.
    pub fn choose_judge(&self, named: Option<&str>, environment: &Environment) -> Result<JudgeChoice> {
        let from_environment = environment.base_url.as_ref().map(|base_url| {
            let key = environment.api_key.clone().map_or(KeySource::None, KeySource::Key);
            JudgeConfig { key, ..JudgeConfig::at(base_url) }
        });
        let endpoint = |name: &str, judge| JudgeChoice::Endpoint(name.to_owned(), Box::new(judge));
        match (named.or(self.judge.as_deref()), from_environment) {
            (Some(BUILT_IN), _) => Ok(JudgeChoice::BuiltIn),
            (Some(FROM_ENVIRONMENT) | None, Some(judge)) => Ok(endpoint(FROM_ENVIRONMENT, judge)),
            (Some(name), _) => match (self.judges.get(name), self.panels.get(name)) {
                (Some(judge), _) => Ok(endpoint(name, judge.clone())),
                (None, Some(members)) => Ok(JudgeChoice::Panel(
                    name.to_owned(),
                    members.iter().map(|it| self.member(it)).collect(),
                )),
                (None, None) => Err(self.no_such_judge(name)),
            },
            (None, None) => Ok(JudgeChoice::NothingElse),
        }
    }

    /// Which names are members was checked when the configuration was read.
    fn member(&self, name: &str) -> JudgeChoice {
        match self.judges.get(name) {
            Some(judge) => JudgeChoice::Endpoint(name.to_owned(), Box::new(judge.clone())),
            None => JudgeChoice::BuiltIn,
        }
    }

    fn no_such_judge(&self, name: &str) -> Error {
        let known = || self.judges.keys().chain(self.panels.keys()).map(String::as_str).chain([BUILT_IN]);
        let hint = match nearest(name, known()) {
            Some(near) => format!("did you mean --judge {near}?"),
            None => format!(
                "known judges: {}; add a [judges.{name}] table to the configuration for another",
                known().collect::<Vec<_>>().join(", ")
            ),
        };
        Error::misused(format!("there is no judge \"{name}\"")).hint(hint)
    }
}

fn read(top: &Table<'_>, folder: &Path, private: bool) -> Config {
    let judge = top.optional_text("judge").map(|name| name.value);
    let rubrics = top.texts("rubrics").into_iter().map(|path| folder.join(path.value)).collect();
    let prompts = top.optional_text("prompts").map(|path| folder.join(path.value));
    let cache_megabytes = top.optional_integer("cache_megabytes", 0..=1_000_000);
    let prices = top.table("prices").map(|tables| prices::read(&tables)).unwrap_or_default();
    let mut judges = BTreeMap::new();
    let mut panels = BTreeMap::new();
    if let Some(tables) = top.table("judges") {
        for name in tables.names() {
            if [BUILT_IN, FROM_ENVIRONMENT].contains(&name.value.as_str()) {
                tables.problem(name.span, format!("a judge can't be named \"{}\"", name.value), None);
            } else if let Some(table) = tables.own_table(&name.value) {
                if table.has(panel::MEMBERS) {
                    panels.insert(name.value, panel::read(&table, &tables));
                } else {
                    judges.extend(judge::read(&table, folder, private).map(|judge| (name.value, judge)));
                }
            }
        }
    }
    top.report_unknown();
    let cache_megabytes = cache_megabytes.and_then(|number| number.value.try_into().ok());
    let cache_megabytes = cache_megabytes.unwrap_or(DEFAULT_CACHE_MEGABYTES);
    Config { judge, rubrics, prompts, cache_megabytes, judges, panels, prices }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parsed(text: &str, private: bool) -> Result<Config, Vec<String>> {
        Config::parse("config.toml", text, Path::new("/etc/coach"), private).map_err(|problems| {
            problems.iter().map(|p| format!("{}:{} {}", p.line, p.column, p.message)).collect()
        })
    }

    #[test]
    fn a_judge_has_defaults_and_paths_start_at_the_file() {
        let config = parsed(
            "rubrics = ['mine', '/abs']\n[judges.a]\nbase_url = 'http://h/v1'\ntotal_timeout = 1.5",
            false,
        );
        let config = config.unwrap();
        assert_eq!(config.rubrics, [Path::new("/etc/coach/mine"), Path::new("/abs")]);
        let judge = &config.judges["a"];
        let total_timeout = Some(Duration::from_millis(1500));
        assert_eq!(*judge, JudgeConfig { total_timeout, ..JudgeConfig::at("http://h/v1") });
    }

    #[test]
    fn wrong_settings_are_named_with_their_line() {
        for (text, private, wrong) in [
            ("juge = 'a'", false, "1:1 `juge` is not a known field"),
            ("[judges.a]\nbase_url = 'x'\nmodle = 'm'", false, "3:1 `judges.a.modle` is not a known field"),
            ("[judges.a]\nmodel = 'm'", false, "1:1 `judges.a.base_url` is missing"),
            ("[judges.built-in]\nbase_url = 'x'", false, "1:9 a judge can't be named \"built-in\""),
            (
                "[judges.a]\nbase_url = 'x'\napi_key = 'k'",
                false,
                "1:1 a key in a file that others can read is not accepted",
            ),
            (
                "[judges.a]\nbase_url = 'x'\napi_key = 'k'\napi_key_env = 'K'",
                true,
                "1:1 give only one of api_key_env, api_key_command and api_key",
            ),
            (
                "[judges.a]\nbase_url = 'x'\nconcurrency = 'fast'",
                false,
                "3:15 `judges.a.concurrency` is the text \"fast\", but must be \"auto\" or a whole number from 1 to 4096",
            ),
            ("[prices.m]\ninput = 1.0", false, "1:1 `prices.m.output` is missing"),
            (
                "[prices.m]\ninput = 1\noutput = 2\ninputs = 3",
                false,
                "4:1 `prices.m.inputs` is not a known field",
            ),
            (
                "[judges.a]\nbase_url = 'x'\ntemperature = 3",
                false,
                "3:15 `judges.a.temperature` is the number 3, but must be a number from 0 to 2",
            ),
        ] {
            assert_eq!(parsed(text, private).unwrap_err(), [wrong], "{text}");
        }
    }

    #[test]
    fn pace_samples_and_prices_are_read() {
        let text = "cache_megabytes = 0\n[judges.a]\nbase_url = 'x'\nconcurrency = 32\nrpm = 500\ntpm = 200_000\nsamples = 3\n\
                    [judges.b]\nbase_url = 'x'\nconcurrency = 'auto'\n[prices.'org/m']\ninput = 0.4\noutput = 1.6";
        let config = parsed(text, false).unwrap();
        let a = &config.judges["a"];
        assert_eq!((a.concurrency, a.rpm, a.tpm), (Concurrency::Fixed(32), Some(500), Some(200_000)));
        assert_eq!((a.samples, a.temperature), (3, None));
        assert_eq!(config.judges["b"], JudgeConfig::at("x"));
        assert_eq!(config.prices["org/m"], Prices { input: 0.4, output: 1.6, batch_discount: 0.0 });
        assert_eq!((config.cache_megabytes, Config::default().cache_megabytes), (0, DEFAULT_CACHE_MEGABYTES));
    }

    #[test]
    fn a_key_in_a_private_file_is_taken_and_never_shown() {
        let config = parsed("[judges.a]\nbase_url = 'x'\napi_key = 'sk-secret'", true).unwrap();
        assert_eq!(config.judges["a"].key.key().unwrap().unwrap().reveal(), "sk-secret");
        assert!(!format!("{config:?}").contains("sk-secret"));
    }

    #[test]
    fn the_nearest_source_decides_which_judge_grades() {
        let file = |judge: &str| {
            parsed(
                &format!(
                    "{judge}\n[judges.a]\nbase_url = 'http://a'\n[judges.b]\nbase_url = 'http://b'\n\
                     [judges.p]\nmembers = ['a', 'built-in']"
                ),
                false,
            )
            .unwrap()
        };
        let with_url = Environment { base_url: Some("http://env".to_owned()), ..Environment::default() };
        let bare = Environment::default();
        for (config, named, environment, chosen) in [
            (file(""), None, &bare, "nothing else"),
            (file(""), None, &with_url, "environment http://env"),
            (file("judge = 'a'"), None, &with_url, "a http://a"),
            (file("judge = 'a'"), Some("b"), &with_url, "b http://b"),
            (file("judge = 'a'"), Some("built-in"), &with_url, "built-in"),
            (file("judge = 'built-in'"), None, &with_url, "built-in"),
            (file("judge = 'p'"), None, &bare, "p of 2"),
            (file("judge = 'a'"), Some("environment"), &with_url, "environment http://env"),
            (file(""), Some("environment"), &bare, "error"),
            (file(""), Some("c"), &bare, "error"),
        ] {
            let got = match config.choose_judge(named, environment) {
                Ok(JudgeChoice::BuiltIn) => "built-in".to_owned(),
                Ok(JudgeChoice::NothingElse) => "nothing else".to_owned(),
                Ok(JudgeChoice::Endpoint(name, judge)) => format!("{name} {}", judge.base_url),
                Ok(JudgeChoice::Panel(name, members)) => format!("{name} of {}", members.len()),
                Err(_) => "error".to_owned(),
            };
            assert_eq!(got, chosen);
        }
    }
}
