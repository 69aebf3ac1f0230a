//! Where an endpoint's key comes from; and the key, which nobody gets to see.

use std::fmt;
use std::process::Command;

use crate::document::Table;
use crate::error::{Error, Result};

/// An endpoint's key. Its text leaves this type only for the `Authorization` header.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Takes a key; white space around it, as a file or a command leaves it, is not part of it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The key itself, for the request to the host it was configured for and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

/// Where an endpoint's key comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum KeySource {
    /// The server needs none.
    None,
    /// From an environment variable.
    Variable(String),
    /// From what a command prints, for password managers.
    Command(String),
    /// The key itself.
    Key(ApiKey),
}

impl KeySource {
    /// Fetches the key: reads the variable or runs the command.
    pub fn key(&self) -> Result<Option<ApiKey>> {
        match self {
            Self::None => Ok(None),
            Self::Key(key) => Ok(Some(key.clone())),
            Self::Variable(name) => match std::env::var(name) {
                Ok(value) if !value.trim().is_empty() => Ok(Some(ApiKey::new(&value))),
                _ => Err(Error::misused(format!("the environment variable {name} has no key"))
                    .hint(format!("set it first: export {name}=..."))),
            },
            Self::Command(command) => key_from_command(command).map(Some),
        }
    }
}

fn key_from_command(command: &str) -> Result<ApiKey> {
    let failed = |why: String| {
        Error::misused(format!("api_key_command `{command}` gave no key: {why}"))
            .hint("run the command in your shell to see what it prints")
    };
    let shell = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output =
        Command::new(shell.0).arg(shell.1).arg(command).stderr(std::process::Stdio::inherit()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Password managers print the secret first and may add notes on further lines.
    let first = text.lines().next().unwrap_or("").trim();
    match (output.status.success(), first.is_empty()) {
        (true, false) => Ok(ApiKey::new(first)),
        (true, true) => Err(failed("it printed nothing".to_owned())),
        (false, _) => Err(failed(output.status.to_string())),
    }
}

pub(super) fn read(table: &Table<'_>, private: bool) -> KeySource {
    let variable = table.optional_text("api_key_env").filter(|name| {
        let is_name = is_variable_name(&name.value);
        if !is_name {
            // Whoever pasted the key itself here must not find it in a log.
            let start = table.span().start;
            table.problem(
                start..start,
                "api_key_env must name an environment variable, not hold the key",
                None,
            );
        }
        is_name
    });
    let command = table.optional_text("api_key_command");
    let inline = table.optional_text("api_key");
    if let Some(key) = inline.as_ref().filter(|_| !private) {
        let help = "make the file private (chmod 600), or use api_key_env or api_key_command".to_owned();
        let message = "a key in a file that others can read is not accepted";
        // The excerpt below a problem shows the file, so the problem points at the table and not at the key.
        let table_start = table.span().start.min(key.span.start);
        table.problem(table_start..table_start, message, Some(help));
    }
    if [variable.is_some(), command.is_some(), inline.is_some()].iter().filter(|given| **given).count() > 1 {
        let message = "give only one of api_key_env, api_key_command and api_key";
        let start = table.span().start;
        table.problem(start..start, message, None);
    }
    match (variable, command, inline) {
        (Some(name), _, _) => KeySource::Variable(name.value),
        (None, Some(command), _) => KeySource::Command(command.value),
        (None, None, Some(key)) => KeySource::Key(ApiKey::new(&key.value)),
        (None, None, None) => KeySource::None,
    }
}

fn is_variable_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_command_gives_its_first_line() {
        let key = |command: &str| KeySource::Command(command.to_owned()).key();
        assert_eq!(key("echo sk-1; echo note").unwrap().unwrap().reveal(), "sk-1");
        for (command, why) in [("true", "it printed nothing"), ("exit 3", "exit status: 3")] {
            let error = key(command).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
