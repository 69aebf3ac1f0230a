//! One file a command, each a list of steps. What several commands need of the outside is here.

pub mod agreement;
pub mod batch;
pub mod doctor;
pub mod grade;
pub mod history;
pub mod interview;
pub mod list;
pub mod merge;
pub mod practice;
pub mod progress;
pub mod report;
pub mod rubric_check;
pub mod rubric_diff;
pub mod rubric_draft;
pub mod rubric_export;
pub mod rubric_import;
pub mod rubric_new;
pub mod rubric_test;
pub mod schema;
pub mod setup;
pub mod shell;
pub mod show;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bank::names::kebab;
use crate::bank::parse::{self, is_kebab};
use crate::bank::{Bank, CATALOGUE, Rubric};
use crate::cli::{Choice, JudgeArgs, LimitArgs, Settings};
use crate::config::{Config, Environment, JudgeChoice};
use crate::document::Problem;
use crate::error::{Error, Result};
use crate::files::transcript::TranscriptFile;
use crate::files::{self, Fault};
use crate::judge::Judge;
pub use crate::plan::{questions_like, unknown_question};
use crate::ready::judges::{Introduced, Kept, Means, refuse_samples};
use crate::ready::{Logging, ReadyJudge, built_in};
use crate::session::{Clock, Log, Pen, Session, Timing};
use crate::store::{self, Drafts, KeptReplies, KnownEndpoints, Remembering};
use crate::terminal::{Detail, Terminal, render_problems, sanitised};

/// What every command gets: the terminal, the settings and where they came from.
#[derive(Debug)]
pub struct Context {
    /// What the streams are connected to.
    pub terminal: Terminal,
    /// What time it is.
    pub clock: Clock,
    /// What the environment says.
    pub environment: Environment,
    /// What the flags say.
    pub settings: Settings,
}

/// What the output says when nobody configured a model.
const NOTHING_CONFIGURED: &str =
    "Judge: built-in, an offline estimate. For a model's critique, run `coach setup`.";

impl Context {
    /// The configuration.
    pub fn config(&self) -> Result<Config> {
        self.explained(files::config(self.settings.config.as_deref()), "the configuration")
    }

    /// The shipped rubrics and the user's own.
    pub fn bank(&self, config: &Config) -> Result<Bank> {
        let mut bank = self.explained(Bank::shipped().map_err(Fault::from), "the shipped rubrics")?;
        for folder in config.rubrics.iter().chain(&self.settings.rubrics) {
            let added = files::rubric_files(folder).map_err(Fault::from);
            let added = added.and_then(|files| bank.add(&files).map_err(Fault::from));
            self.explained(added, &folder.display().to_string())?;
        }
        Ok(bank)
    }

    /// The rubric of a question, or an error that names the nearest ones.
    pub fn rubric<'b>(&self, bank: &'b Bank, id: &str) -> Result<&'b Arc<Rubric>> {
        bank.rubric(id).ok_or_else(|| Error::misused(unknown_question(id)).hint(questions_like(bank, id)))
    }

    /// Finds and prepares the judge.
    pub async fn judge(&self, config: &Config, args: &JudgeArgs) -> Result<ReadyJudge> {
        self.judge_within(config, args, &LimitArgs::default()).await
    }

    /// Finds and prepares the judge, to be asked within limits.
    pub async fn judge_within(
        &self,
        config: &Config,
        args: &JudgeArgs,
        limits: &LimitArgs,
    ) -> Result<ReadyJudge> {
        match config.choose_judge(args.judge.as_deref(), &self.environment)? {
            JudgeChoice::BuiltIn => refuse_samples(args).map(|()| built_in(limits, None)),
            JudgeChoice::NothingElse => {
                refuse_samples(args).map(|()| built_in(limits, Some(NOTHING_CONFIGURED.to_owned())))
            }
            JudgeChoice::Endpoint(name, judge) => {
                let means = self.means(config, args, limits)?;
                let model = args.model.clone().or_else(|| judge.model.clone());
                means.endpoint(&name, &judge, model).await.map(|judge| self.ready(judge, means))
            }
            JudgeChoice::Panel(name, members) => {
                let means = self.means(config, args, limits)?;
                means.panel(&name, &members).await.map(|judge| self.ready(judge, means))
            }
        }
    }

    /// What judges that ask endpoints share.
    fn means<'c>(&self, config: &'c Config, args: &'c JudgeArgs, limits: &'c LimitArgs) -> Result<Means<'c>> {
        let log = args.log.as_deref().map(TranscriptFile::open).transpose()?.map(Arc::new);
        let kept = Kept { replies: self.replies(config, args), known: self.known_endpoints(), log };
        Ok(Means::new(config, args, limits, kept))
    }

    /// A judge that looks after its own pace.
    fn ready(&self, introduced: Introduced, means: Means<'_>) -> ReadyJudge {
        let Kept { replies, known, log } = means.kept;
        let remembered = |endpoint| known.clone().map(|known| Remembering::new(known, endpoint));
        ReadyJudge {
            notice: Some(introduced.notice()),
            judge: Arc::new(introduced.judge),
            at_once: usize::MAX,
            settling: replies.as_ref().map(KeptReplies::settling),
            remembering: introduced.endpoints.into_iter().filter_map(remembered).collect(),
            logging: log.map(|file| Logging::to(file, &self.terminal)),
        }
    }

    /// What earlier runs found out about endpoints. It only saves requests, so that nobody needs to know where it
    /// cannot be had.
    pub fn known_endpoints(&self) -> Option<Arc<KnownEndpoints>> {
        self.home().and_then(|home| KnownEndpoints::open(&home)).ok().map(Arc::new)
    }

    /// The reply cache, where it is wanted and can be had. Judging goes on without; the user is told why.
    fn replies(&self, config: &Config, args: &JudgeArgs) -> Option<Arc<KeptReplies>> {
        const MEGABYTE: u64 = 1 << 20;
        if args.no_cache || config.cache_megabytes == 0 {
            return None;
        }
        let bytes = u64::from(config.cache_megabytes) * MEGABYTE;
        let opened = self.home().and_then(|home| KeptReplies::open(&home, bytes));
        opened
            .map_err(|fault| {
                self.terminal.explain(&fault);
                self.terminal.notice("Judging goes on without the reply cache.");
            })
            .ok()
    }

    /// The folder that everything is kept in.
    pub fn home(&self) -> Result<PathBuf> {
        store::home(self.environment.home.clone())
    }

    /// Drafts where they can be kept. Practising goes on without; the user is told why.
    pub fn drafts(&self) -> Option<Drafts> {
        let opened = self.home().and_then(|home| Drafts::open(&home));
        opened.map_err(|fault| self.terminal.explain(&fault)).ok()
    }

    /// A session with the person at the keyboard.
    pub fn session(&self, judge: Arc<Judge>, detail: Detail) -> Session<'_> {
        let log = Log::open(&self.terminal, self.home());
        let drafts = self.drafts();
        Session {
            terminal: &self.terminal,
            clock: self.clock,
            detail,
            judge,
            drafts,
            log,
            pen: Pen::Lines,
            timing: Timing::Untimed,
        }
    }

    /// Prints the problems of a file the user wrote, and makes one error of them.
    pub(crate) fn explained<T>(&self, read: Result<T, Fault>, what: &str) -> Result<T> {
        read.map_err(|fault| match fault {
            Fault::Error(error) => error,
            Fault::Problems(problems) => {
                self.terminal.notice(render_problems(&problems, &self.terminal.error_view()).trim_end());
                Error::misused(format!("{} in {what}", counted(&problems)))
            }
        })
    }
}

/// The questions that `--topic` and `--difficulty` leave; at least one.
pub fn chosen<'b>(bank: &'b Bank, choice: &Choice) -> Result<Vec<&'b Rubric>> {
    let rubrics: Vec<&Rubric> =
        bank.rubrics().map(AsRef::as_ref).filter(|rubric| fits(choice, rubric)).collect();
    if rubrics.is_empty() {
        let topics: BTreeSet<&str> = bank.rubrics().map(|rubric| rubric.topic.as_str()).collect();
        let topics = topics.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Error::misused("no question fits").hint(format!("the topics are: {topics}")));
    }
    Ok(rubrics)
}

fn fits(choice: &Choice, rubric: &Rubric) -> bool {
    choice.topic.as_ref().is_none_or(|topic| *topic == rubric.topic)
        && choice.difficulty.is_none_or(|difficulty| difficulty == rubric.difficulty)
}

/// "3 problems".
pub fn counted(problems: &[Problem]) -> String {
    if problems.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", problems.len()) }
}

/// A rubric file that the program made, read back before it is written: what does not parse is never left behind.
pub fn read_back(path: &Path, id: &str, text: &str) -> Result<Rubric> {
    parse::rubric(&path.display().to_string(), id, text, &[]).map_err(|problems| {
        let first = problems.first().map_or(String::new(), ToString::to_string);
        Error::failed(format!("{} in the rubric made for {id}: {first}", counted(&problems)))
            .hint("nothing was written; this is a fault of the program, please report it")
    })
}

/// Where a new rubric goes: the named folder, or the topic's.
pub fn rubric_path(out: Option<&Path>, topic: &str, id: &str) -> PathBuf {
    let folder = out.map_or_else(|| Path::new("rubrics").join(topic), Path::to_owned);
    folder.join(format!("{id}.toml"))
}

/// Refuses a name that is not kebab-case and says what it could be instead; `what` it names, in the user's words.
pub fn kebab_name(what: &str, name: &str) -> Result<()> {
    if format!("{name}.toml") == CATALOGUE {
        return Err(Error::misused(format!(
            "the {what} can't be \"{name}\": that file is the catalogue of mistakes"
        ))
        .hint(format!("use another, for example {name}-of-mine")));
    }
    if is_kebab(name) {
        return Ok(());
    }
    let written = sanitised(name).into_owned();
    Err(Error::misused(format!(
        "the {what} \"{written}\" is not kebab-case: lower-case letters, digits, single hyphens"
    ))
    .hint(format!("use {}", kebab(name))))
}
