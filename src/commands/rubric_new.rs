//! `coach rubric new`: a file to begin a rubric with.

use std::path::Path;

use super::{Context, kebab_name, read_back, rubric_path};
use crate::bank::names::{kebab, title};
use crate::bank::parse::is_kebab;
use crate::bank::skeleton::{Outline, PLACEHOLDER, skeleton};
use crate::bank::{Bank, Difficulty};
use crate::cli::RubricNewArgs;
use crate::error::{Error, Exit, Result};
use crate::files::fresh::write_all;
use crate::terminal::{Choice, Terminal, ask_line, choose_letter};

/// Most questions of the bank take about as long.
const USUAL_MINUTES: u32 = 4;
/// More minutes than an answer in an interview gets.
const MOST_MINUTES: u32 = 60;
/// Beyond this, one criterion no longer moves the score.
const MOST_CRITERIA: usize = 12;

/// Asks for what the flags don't say, and writes the file.
pub fn run(args: &RubricNewArgs, context: &Context) -> Result<Exit> {
    kebab_name("id", &args.id)?;
    let config = context.config()?;
    let bank = context.bank(&config)?;
    let needed = missing(args);
    let outline = match needed.as_slice() {
        [] => stated(args),
        _ if context.terminal.is_attended() => asked(args, &bank, &context.terminal)?,
        _ => return Err(nobody_to_ask(&needed)),
    };
    kebab_name("topic", &outline.topic)?;
    no_blank(&outline)?;
    let path = rubric_path(args.out.as_deref(), &outline.topic, &outline.id);
    let text = skeleton(&outline);
    read_back(&path, &outline.id, &text)?;
    write_all(&[(path.clone(), text)])?;
    if bank.rubric(&outline.id).is_some() {
        context.terminal.notice(&format!("{} will replace a rubric of the same id in the bank", outline.id));
    }
    context.terminal.print(&format!("{}\n", path.display()))?;
    context.terminal.notice(&next(&path, &outline.id));
    Ok(Exit::Done)
}

/// The flags without which there is no rubric.
fn missing(args: &RubricNewArgs) -> Vec<&'static str> {
    [
        ("--question \"TEXT\"", args.question.is_none()),
        ("--topic TOPIC", args.topic.is_none()),
        ("--criterion \"NAME\"", args.criteria.is_empty()),
    ]
    .into_iter()
    .filter_map(|(flag, is_missing)| is_missing.then_some(flag))
    .collect()
}

fn nobody_to_ask(needed: &[&str]) -> Error {
    Error::misused("there is nobody to ask for what the rubric is about: this is not a terminal")
        .hint(format!("add {}; --criterion may be given several times", needed.join(" ")))
}

/// A text of blanks is no text, and the file would not parse.
fn no_blank(outline: &Outline) -> Result<()> {
    let criteria = outline.criteria.iter().map(|name| ("--criterion", name));
    let texts = [("--question", &outline.question), ("--title", &outline.title)].into_iter().chain(criteria);
    match texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
        Some((flag, _)) => {
            Err(Error::misused(format!("{flag} is empty")).hint(format!("write a text behind {flag}")))
        }
        None => Ok(()),
    }
}

fn stated(args: &RubricNewArgs) -> Outline {
    let question = args.question.clone().unwrap_or_default();
    Outline {
        id: args.id.clone(),
        title: args.title.clone().unwrap_or_else(|| title(&question)),
        topic: args.topic.clone().unwrap_or_default(),
        difficulty: args.difficulty.unwrap_or(Difficulty::Core),
        minutes: args.minutes.unwrap_or(USUAL_MINUTES),
        question,
        criteria: args.criteria.clone(),
    }
}

/// The flags, and what a person says where there is none.
fn asked(args: &RubricNewArgs, bank: &Bank, terminal: &Terminal) -> Result<Outline> {
    let mut args = args.clone();
    let text = |prompt: &str, usual: Option<&str>| line(terminal, prompt, usual, &needs_words);
    if args.question.is_none() {
        args.question = Some(text("The question, as the interviewer says it", None)?);
    }
    if args.title.is_none() {
        let usual = title(args.question.as_deref().unwrap_or_default());
        args.title = Some(text("Title for lists", Some(&usual))?);
    }
    if args.topic.is_none() {
        let topics: std::collections::BTreeSet<&str> =
            bank.rubrics().map(|rubric| rubric.topic.as_str()).collect();
        let known = topics.into_iter().collect::<Vec<_>>().join(", ");
        terminal.notice(&format!("Topics of the bank: {known}. Yours may be a new one."));
        args.topic = Some(line(terminal, "Topic", None, &needs_kebab)?);
    }
    if args.difficulty.is_none() {
        args.difficulty = choose_letter(terminal, &DIFFICULTIES)?;
    }
    if args.minutes.is_none() {
        let typed =
            line(terminal, "Minutes for the answer", Some(&USUAL_MINUTES.to_string()), &needs_minutes)?;
        args.minutes = typed.parse().ok();
    }
    if args.criteria.is_empty() {
        args.criteria = criteria(terminal)?;
    }
    Ok(stated(&args))
}

const DIFFICULTIES: [Choice<Difficulty>; 3] = [
    Choice { key: 'i', label: "intro, for everyone", value: Difficulty::Intro },
    Choice { key: 'c', label: "core, for those who work with models", value: Difficulty::Core },
    Choice { key: 'a', label: "advanced, for specialists", value: Difficulty::Advanced },
];

/// What is judged, a line each, up to an empty one.
fn criteria(terminal: &Terminal) -> Result<Vec<String>> {
    terminal
        .notice("What is judged, a few words each, as in \"How retrieval works\". Three to six are usual.");
    let mut names: Vec<String> = Vec::new();
    while names.len() < MOST_CRITERIA {
        let prompt = match names.len() {
            0 => "Criterion 1".to_owned(),
            known => format!("Criterion {} (Enter alone ends)", known + 1),
        };
        let objection = |typed: &str| if names.is_empty() { needs_words(typed) } else { None };
        let name = line(terminal, &prompt, None, &objection)?;
        if name.is_empty() {
            break;
        }
        names.push(name);
    }
    Ok(names)
}

/// A line, or that there will be none.
fn line(
    terminal: &Terminal,
    prompt: &str,
    usual: Option<&str>,
    objection: &dyn Fn(&str) -> Option<String>,
) -> Result<String> {
    ask_line(terminal, prompt, usual, objection)?.ok_or_else(|| {
        Error::interrupted("the input ended before the rubric was described; nothing was written")
    })
}

fn needs_words(typed: &str) -> Option<String> {
    typed.is_empty().then(|| "Please type something.".to_owned())
}

fn needs_kebab(typed: &str) -> Option<String> {
    let objection = || format!("Lower-case letters, digits and single hyphens, as in {}", kebab(typed));
    needs_words(typed).or_else(|| (!is_kebab(typed)).then(objection))
}

fn needs_minutes(typed: &str) -> Option<String> {
    let is_right = typed.parse().is_ok_and(|minutes| (1..=MOST_MINUTES).contains(&minutes));
    (!is_right).then(|| format!("A whole number from 1 to {MOST_MINUTES}, please."))
}

fn next(path: &Path, id: &str) -> String {
    let folder = path.parent().unwrap_or(Path::new(".")).display();
    format!(
        "Write what begins with \"{}\"; the comments say how. Then:\n  \
         coach rubric check {}\n  coach practice {id} --rubrics {folder}",
        PLACEHOLDER.trim_end(),
        path.display(),
    )
}
