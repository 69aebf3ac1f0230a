//! `coach setup`: finds a server or takes the address of one, lets its user choose a model, writes the configuration.
//!
//! Without an address only this machine is asked. What is asked of the user can be said by flags, so that a script
//! needs nobody at the keyboard.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Context;
use crate::checkup::findings::names;
use crate::cli::{DoctorArgs, SetupArgs};
use crate::config::edit::{Default, JudgeEdit, KeyEdit, with_judge};
use crate::config::{ApiKey, BUILT_IN, Config, FROM_ENVIRONMENT};
use crate::endpoint::{BasePath, EndpointError, EndpointSettings, Offered, Server};
use crate::error::{Error, Result};
use crate::files::{self, KeyInside};
use crate::ready::judges::{failed, opened};
use crate::terminal::{Entry, ask_line, choose, confirm, sanitised};

/// A server on this machine accepts at once.
const LOCAL_CONNECT: Duration = Duration::from_secs(1);

/// Listing models takes no model; one that is busy answers within seconds.
const LOCAL_LIST: Duration = Duration::from_secs(5);

/// No key is longer, in bytes.
const LONGEST_KEY: u64 = 16 * 1024;

/// A server that was found or named.
struct Found {
    /// Up to and including `/v1`.
    base_url: String,
    /// Where it listens, for people.
    host: String,
    /// Its models, or that it wants a key before it lists any.
    models: Result<Vec<Offered>, EndpointError>,
}

/// Runs the command; what is to be checked then.
pub async fn run(args: &SetupArgs, context: &Context) -> Result<DoctorArgs> {
    let path = place(context)?;
    let config = if path.exists() { context.config()? } else { Config::default() };
    let mut key = key(args)?;
    let mut found = match &args.base_url {
        Some(base_url) => listed(named(base_url, &key)?).await?,
        None => chosen(context, local(args).await)?,
    };
    if let Err(EndpointError::KeyMissing { .. }) = found.models {
        key = asked_for_key(context, &key)?;
        found = listed(named(&found.base_url, &key)?).await?;
    }
    let model = model(args, context, &found)?;
    let name = name(args, &config, &found)?;
    let default = default(args, &config, context, &name)?;
    write(&path, &JudgeEdit { name: &name, base_url: &found.base_url, model: &model, key, default })?;
    let by = if default == Default::This || config.judge.as_ref() == Some(&name) {
        "It grades from now on.".to_owned()
    } else {
        format!("Name it with --judge {name}, or make it the default with: coach setup --default")
    };
    context.terminal.notice(&format!("The judge \"{name}\" is in {}. {by}\n", path.display()));
    Ok(DoctorArgs { judge: Some(name), no_gate: args.no_gate, ..DoctorArgs::default() })
}

/// The configuration file to write.
fn place(context: &Context) -> Result<PathBuf> {
    context.settings.config.clone().or_else(files::usual_config).ok_or_else(|| {
        Error::failed("cannot tell where your configuration folder is").hint("name a file with --config")
    })
}

fn key(args: &SetupArgs) -> Result<KeyEdit> {
    if let Some(variable) = &args.api_key_env {
        return Ok(KeyEdit::Variable(variable.clone()));
    }
    if !args.api_key_stdin {
        return Ok(KeyEdit::Keep);
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_KEY)
        .read_to_string(&mut text)
        .map_err(|error| Error::failed(format!("cannot read the key: {error}")))?;
    match text.lines().next().map(str::trim) {
        Some(line) if !line.is_empty() => Ok(KeyEdit::Inside(ApiKey::new(line))),
        Some(_) | None => Err(Error::misused("there is no key on standard input")),
    }
}

/// Asks the person at the keyboard which variable has the key; a script has to say it.
fn asked_for_key(context: &Context, known: &KeyEdit) -> Result<KeyEdit> {
    const USUAL: &str = "OPENAI_API_KEY";
    let wanted = Error::misused("the server wants a key").hint(
        "name the environment variable that has it with --api-key-env, or pipe the key in with --api-key-stdin",
    );
    if *known != KeyEdit::Keep || !context.terminal.is_attended() {
        return Err(wanted);
    }
    let objection = |typed: &str| match std::env::var(typed) {
        Ok(value) if !value.trim().is_empty() => None,
        _ => Some(format!(
            "the environment variable {} has no key; set it in your shell first",
            sanitised(typed)
        )),
    };
    let prompt = "The server wants a key. Environment variable that has it";
    let variable = ask_line(&context.terminal, prompt, Some(USUAL), &objection)?;
    variable.map(KeyEdit::Variable).ok_or(wanted)
}

/// The settings to reach an endpoint that the user named.
fn named(base_url: &str, key: &KeyEdit) -> Result<EndpointSettings> {
    let api_key = match key {
        KeyEdit::Keep => None,
        KeyEdit::Inside(key) => Some(key.clone()),
        KeyEdit::Variable(name) => match std::env::var(name) {
            Ok(value) if !value.trim().is_empty() => Some(ApiKey::new(&value)),
            _ => {
                return Err(Error::misused(format!("the environment variable {name} has no key"))
                    .hint(format!("set it first: export {name}=...")));
            }
        },
    };
    Ok(EndpointSettings { api_key, retries: 1, ..EndpointSettings::at(base_url, "") })
}

/// Asks for the models of a server. That it wants a key, or lists none, is for the caller to deal with; that it is
/// not there ends the command.
async fn listed(settings: EndpointSettings) -> Result<Found> {
    let endpoint = opened("setup", settings)?;
    let models = endpoint.models().await;
    let bearable = |error: &EndpointError| {
        !error.stops_the_run()
            || matches!(error, EndpointError::KeyMissing { .. } | EndpointError::NotFound { .. })
    };
    if let Err(error) = &models
        && !bearable(error)
    {
        return Err(failed(error));
    }
    let forgotten = match endpoint.capabilities().base_path {
        BasePath::AsGiven => "",
        BasePath::WithV1 => "/v1",
    };
    Ok(Found { base_url: format!("{}{forgotten}", endpoint.base_url()), host: endpoint.host(), models })
}

/// The servers on this machine that list models, or would with a key.
async fn local(args: &SetupArgs) -> Vec<Found> {
    let usual = || Server::USUAL_PORTS.iter().map(|(_, port)| *port).collect();
    let ports: Vec<u16> = if args.ports.is_empty() { usual() } else { args.ports.clone() };
    let asked = ports.into_iter().map(|port| {
        listed(EndpointSettings {
            connect_timeout: LOCAL_CONNECT,
            total_timeout: LOCAL_LIST,
            retries: 0,
            ..EndpointSettings::at(&format!("http://localhost:{port}/v1"), "")
        })
    });
    let answers = futures::future::join_all(asked).await;
    let serves = |found: &Found| matches!(found.models, Ok(_) | Err(EndpointError::KeyMissing { .. }));
    answers.into_iter().flatten().filter(serves).collect()
}

/// The server that the user wants.
fn chosen(context: &Context, mut found: Vec<Found>) -> Result<Found> {
    match found.len() {
        0 => Err(Error::failed("no server was found on this machine").hint(
            "start one, for example with `ollama serve`, or give an address: coach setup --base-url URL",
        )),
        1 => Ok(found.remove(0)),
        _ if context.terminal.is_attended() => {
            let entry = |found: &Found| Entry { id: found.host.clone(), text: described(found) };
            let entries: Vec<Entry> = found.iter().map(entry).collect();
            match choose(&context.terminal, "Which server?", &entries)? {
                Some(place) => Ok(found.remove(place)),
                None => Err(Error::interrupted("nothing was chosen; the configuration is as it was")),
            }
        }
        _ => {
            let hosts: Vec<String> = found.iter().map(described).collect();
            Err(Error::misused(format!("several servers were found: {}", hosts.join("; ")))
                .hint(format!("name one: coach setup --base-url {}", found[0].base_url)))
        }
    }
}

fn described(found: &Found) -> String {
    let server = kind(found).map(|server| format!(" ({})", server.name())).unwrap_or_default();
    let models = match &found.models {
        Ok(models) => names(models),
        Err(_) => "wants a key".to_owned(),
    };
    format!("{}{server}: {models}", found.host)
}

fn kind(found: &Found) -> Option<Server> {
    let said = found.models.as_ref().ok().and_then(|models| models.iter().find_map(|model| model.server));
    said.or_else(|| {
        let port: u16 = found.host.strip_prefix("localhost:")?.parse().ok()?;
        Server::USUAL_PORTS.iter().find(|(_, usual)| *usual == port).map(|(server, _)| *server)
    })
}

fn model(args: &SetupArgs, context: &Context, found: &Found) -> Result<String> {
    let models = found.models.as_deref().unwrap_or_default();
    if let Some(model) = &args.model {
        if !models.is_empty() && !models.iter().any(|offered| offered.id == *model) {
            context.terminal.notice(&format!(
                "{} does not list {}; it lists {}.",
                found.host,
                sanitised(model),
                sanitised(&names(models))
            ));
        }
        return Ok(model.clone());
    }
    match models {
        [] => Err(Error::misused(format!("{} lists no models", found.host))
            .hint("load one at the server, or name it with --model")),
        [only] => Ok(only.id.clone()),
        several if context.terminal.is_attended() => {
            let entry = |model: &Offered| Entry { id: model.id.clone(), text: model.id.clone() };
            let entries: Vec<Entry> = several.iter().map(entry).collect();
            let prompt = format!("Which model of {}?", found.host);
            match choose(&context.terminal, &prompt, &entries)? {
                Some(place) => Ok(several[place].id.clone()),
                None => Err(Error::interrupted("nothing was chosen; the configuration is as it was")),
            }
        }
        several => Err(Error::misused(format!("{} offers several models: {}", found.host, names(several)))
            .hint("name one with --model")),
    }
}

/// The given name; else the server's, with a number where another endpoint has it.
fn name(args: &SetupArgs, config: &Config, found: &Found) -> Result<String> {
    if let Some(name) = &args.name {
        let is_reserved = [BUILT_IN, FROM_ENVIRONMENT].contains(&name.as_str());
        if is_reserved || name.trim().is_empty() || name.chars().any(char::is_control) {
            return Err(Error::misused(format!("a judge can't be named \"{}\"", sanitised(name))));
        }
        return Ok(name.clone());
    }
    let base = kind(found).map_or_else(|| of_host(&found.host), |server| server.slug().to_owned());
    let numbered = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}-{number}")));
    let is_free = |name: &String| {
        config.judges.get(name).is_none_or(|judge| judge.base_url.trim_end_matches('/') == found.base_url)
    };
    Ok(numbered
        .filter(|name| ![BUILT_IN, FROM_ENVIRONMENT].contains(&name.as_str()))
        .find(is_free)
        .unwrap_or(base))
}

/// `openai` of `api.openai.com`; `local` of an address in numbers.
fn of_host(host: &str) -> String {
    let host = host.split(':').next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let is_numeric = labels.iter().all(|label| label.chars().all(|c| c.is_ascii_digit()));
    match labels.as_slice() {
        _ if is_numeric || host.starts_with('[') => "local".to_owned(),
        [.., label, _] | [label] => (*label).to_owned(),
        [] => "local".to_owned(),
    }
}

/// A judge that others rely on is not replaced unasked.
fn default(args: &SetupArgs, config: &Config, context: &Context, name: &str) -> Result<Default> {
    match &config.judge {
        _ if args.default => Ok(Default::This),
        None => Ok(Default::This),
        Some(present) if present == name => Ok(Default::Keep),
        Some(present) if context.terminal.is_attended() => {
            let question = format!("Let {name} grade from now on, instead of {present}?");
            Ok(if confirm(&context.terminal, &question, false)? { Default::This } else { Default::Keep })
        }
        Some(_) => Ok(Default::Keep),
    }
}

fn write(path: &Path, edit: &JudgeEdit<'_>) -> Result<()> {
    let before = if path.exists() { files::text(path)? } else { String::new() };
    let after = with_judge(&before, edit)
        .map_err(|wrong| Error::misused(format!("cannot add to {}: {wrong}", path.display())))?;
    let key = match edit.key {
        KeyEdit::Inside(_) => KeyInside::Yes,
        KeyEdit::Keep | KeyEdit::Variable(_) => KeyInside::No,
    };
    files::write_config(path, &after, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_its_judge() {
        for (host, name) in [
            ("api.openai.com", "openai"),
            ("openrouter.ai", "openrouter"),
            ("gpu-box:8000", "gpu-box"),
            ("192.168.1.7:8000", "local"),
            ("[::1]:8000", "local"),
            ("localhost:9", "localhost"),
        ] {
            assert_eq!(of_host(host), name, "{host}");
        }
    }
}
