//! What can go wrong with an endpoint, in words for the user: what happened, where, what to do.
//!
//! A place is host and path; a key is in none of these, and what a server said is shortened and freed of
//! control characters before it gets here.

use std::time::Duration;

use super::excerpt::excerpt;
use super::settings::LONGEST_WAIT;
use crate::nearest::nearest_three;

/// Why there is no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// A setting can't be used. Nothing was sent.
    #[error("{detail}")]
    BadSettings {
        /// The setting's name in the configuration.
        setting: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// No connection, also after retries.
    #[error("can't reach {place}: {detail}")]
    Unreachable {
        /// Host and path.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// TLS failed: an unknown or wrong certificate, or a server that does not speak TLS.
    #[error("no secure connection to {place}: {detail}")]
    TlsFailed {
        /// Host and path.
        place: String,
        /// What TLS said.
        detail: String,
    },
    /// The server took too long.
    #[error("{place} took too long: {limit} within {} s", after.as_secs_f64())]
    TimedOut {
        /// Host and path.
        place: String,
        /// Which limit it passed.
        limit: TimeLimit,
        /// The limit's length.
        after: Duration,
    },
    /// The connection broke before the reply was complete.
    #[error("the connection to {place} broke: {detail}")]
    ConnectionLost {
        /// Host and path.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// The server wants a key, and none is set.
    #[error("{place} wants a key, and none is set")]
    KeyMissing {
        /// Host and path.
        place: String,
    },
    /// The server does not accept the key, or what it may be used for.
    #[error("{place} refuses the key ({status}): {detail}")]
    KeyRefused {
        /// Host and path.
        place: String,
        /// HTTP status, 401 or 403.
        status: u16,
        /// What the server said.
        detail: String,
    },
    /// The server does not know the model.
    #[error("{place} doesn't know the model `{model}`: {detail}")]
    UnknownModel {
        /// Host and path.
        place: String,
        /// The model asked for.
        model: String,
        /// What the server said.
        detail: String,
        /// Models that the server offers, the likest first; empty where it doesn't say.
        offered: Vec<String>,
    },
    /// There is no OpenAI-compatible server at this path.
    #[error("nothing at {place}: {detail}")]
    NotFound {
        /// Host and path.
        place: String,
        /// What the server said.
        detail: String,
        /// The base URL names no version, and adding `/v1` did not help either.
        tried_v1: bool,
    },
    /// The server sends requests elsewhere; nothing is sent to a place that is not configured.
    #[error("{place} redirects to {target}")]
    Redirected {
        /// Host and path.
        place: String,
        /// Scheme, host and path of the redirect.
        target: String,
    },
    /// The account has no money or quota left; waiting does not help.
    #[error("the account's quota at {place} is used up: {detail}")]
    QuotaExhausted {
        /// Host and path.
        place: String,
        /// What the server said.
        detail: String,
    },
    /// Too many requests, also after waiting.
    #[error("{place} limits the rate: {detail}")]
    RateLimited {
        /// Host and path.
        place: String,
        /// What the server said.
        detail: String,
        /// How long the server says to wait, if it does.
        retry_after: Option<Duration>,
    },
    /// Prompt and reply do not fit the model's context.
    #[error("too long for the model's context at {place}: {detail}")]
    ContextTooLong {
        /// Host and path.
        place: String,
        /// What the server said.
        detail: String,
    },
    /// The provider's content filter refused the request.
    #[error("the content filter at {place} refused: {detail}")]
    Refused {
        /// Host and path.
        place: String,
        /// What the server said.
        detail: String,
    },
    /// The server rejects this request and would again.
    #[error("{place} rejects the request ({status}): {detail}")]
    RequestRejected {
        /// Host and path.
        place: String,
        /// HTTP status.
        status: u16,
        /// What the server said.
        detail: String,
    },
    /// The server failed, also after retries.
    #[error("{place} failed ({status}): {detail}")]
    ServerFailed {
        /// Host and path.
        place: String,
        /// HTTP status.
        status: u16,
        /// What the server said.
        detail: String,
    },
    /// The server's reply is not one of an OpenAI-compatible server, also after retries.
    #[error("{place} sent a reply that can't be read: {detail}")]
    MalformedReply {
        /// Host and path.
        place: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A page for people came instead of a reply, also after retries: a network's sign-in page, a gateway's, or the
    /// base URL leads elsewhere.
    #[error("{place} sent a reply that can't be read: {detail}")]
    WebPage {
        /// Host and path.
        place: String,
        /// What the page calls itself.
        detail: String,
        /// Whether the next request may be answered as it should, because others were.
        may_pass: bool,
    },
    /// A cap on what a run may take is reached. Nothing was sent.
    #[error("a cap is reached: {reached}")]
    CapReached {
        /// Which, and how far.
        reached: String,
    },
    /// The reply passed the size limit.
    #[error("the reply of {place} is larger than {limit} bytes")]
    TooLarge {
        /// Host and path.
        place: String,
        /// The limit in bytes.
        limit: usize,
    },
}

/// Which limit of time a request passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLimit {
    /// Until the connection stands.
    Connect,
    /// Until the first piece of a streamed reply.
    FirstToken,
    /// Between two pieces of a streamed reply.
    Silence,
    /// From the request to the end of its reply.
    Total,
}

impl std::fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "no connection",
            Self::FirstToken => "no first token",
            Self::Silence => "nothing more of the reply",
            Self::Total => "no complete reply",
        })
    }
}

impl EndpointError {
    /// What the user can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::BadSettings { setting, .. } => return settings_hint(setting),
            Self::Unreachable { .. } => "is the server running, and is the base URL right?".to_owned(),
            Self::TlsFailed { .. } => tls_hint(),
            Self::TimedOut { limit, .. } => format!("raise `{}` of this judge", setting_of(*limit)),
            Self::KeyMissing { .. } => {
                "set OPENAI_API_KEY, or `api_key_env` of this judge in the configuration".to_owned()
            }
            Self::KeyRefused { .. } => "check the key, and what it may be used for".to_owned(),
            Self::UnknownModel { offered, .. } => return Some(model_hint(offered)),
            Self::NotFound { tried_v1, .. } => path_hint(*tried_v1),
            Self::Redirected { target, .. } => redirect_hint(target),
            Self::QuotaExhausted { .. } => "add credit to the account, or choose another judge".to_owned(),
            Self::RateLimited { retry_after, .. } => rate_hint(*retry_after),
            Self::ContextTooLong { .. } => {
                "start the server with a larger context, lower `max_tokens`, or shorten the answer".to_owned()
            }
            Self::ConnectionLost { .. } | Self::ServerFailed { .. } => {
                "see the server's log; then try again".to_owned()
            }
            Self::MalformedReply { .. } => {
                "does the base URL lead to an OpenAI-compatible server?".to_owned()
            }
            Self::WebPage { .. } => {
                "open the address in a browser: does this network want you to sign in, or is the \
                                     base URL that of a web site? It usually ends in /v1"
                    .to_owned()
            }
            Self::CapReached { .. } => "raise the cap to go on".to_owned(),
            Self::Refused { .. } | Self::RequestRejected { .. } | Self::TooLarge { .. } => return None,
        };
        Some(hint)
    }

    /// Whether every further request would fail in the same way, so that a run had better stop.
    pub fn stops_the_run(&self) -> bool {
        match self {
            Self::BadSettings { .. }
            | Self::Unreachable { .. }
            | Self::TlsFailed { .. }
            | Self::KeyMissing { .. }
            | Self::KeyRefused { .. }
            | Self::UnknownModel { .. }
            | Self::NotFound { .. }
            | Self::Redirected { .. }
            | Self::CapReached { .. }
            | Self::QuotaExhausted { .. } => true,
            Self::WebPage { may_pass, .. } => !may_pass,
            // A wait of that length is a day's quota.
            Self::RateLimited { retry_after, .. } => retry_after.is_some_and(|wait| wait > LONGEST_WAIT),
            Self::TimedOut { .. }
            | Self::ConnectionLost { .. }
            | Self::ContextTooLong { .. }
            | Self::Refused { .. }
            | Self::RequestRejected { .. }
            | Self::ServerFailed { .. }
            | Self::MalformedReply { .. }
            | Self::TooLarge { .. } => false,
        }
    }
}

/// Models that an error names, at most: a gateway may offer hundreds.
const OFFERED_SHOWN: usize = 8;

/// The models offered, those like `model` before the others, and no more than one can read.
pub(super) fn likest_first(model: &str, mut listed: Vec<String>) -> Vec<String> {
    let likest: Vec<String> =
        nearest_three(model, listed.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    listed.retain(|name| !likest.contains(name));
    let mut offered: Vec<String> = likest.into_iter().chain(listed).map(|name| excerpt(&name)).collect();
    offered.truncate(OFFERED_SHOWN);
    offered
}

fn settings_hint(setting: &str) -> Option<String> {
    let hint = match setting {
        "base_url" => "a base URL looks like http://localhost:8080/v1; the key has its own setting",
        "ca_file" => "`ca_file` names a file of certificates in PEM form (-----BEGIN CERTIFICATE-----)",
        "api_key" => "a key is one line of letters, digits and signs",
        _ => return None,
    };
    Some(hint.to_owned())
}

fn tls_hint() -> String {
    "for a private certificate authority set `ca_file`; for a server without TLS write http:// in the base URL"
        .to_owned()
}

fn setting_of(limit: TimeLimit) -> &'static str {
    match limit {
        TimeLimit::Connect => "connect_timeout",
        TimeLimit::FirstToken | TimeLimit::Silence => "first_token_timeout",
        TimeLimit::Total => "total_timeout",
    }
}

fn model_hint(offered: &[String]) -> String {
    if offered.is_empty() {
        "check the model's name; `coach doctor` lists what the endpoint offers".to_owned()
    } else {
        format!("it offers {}", offered.join(", "))
    }
}

fn path_hint(tried_v1: bool) -> String {
    if tried_v1 {
        "the base URL usually ends in /v1; adding that was tried and did not help".to_owned()
    } else {
        "check the path of the base URL; it usually ends in /v1".to_owned()
    }
}

fn redirect_hint(target: &str) -> String {
    let base = target.strip_suffix("/chat/completions").or_else(|| target.strip_suffix("/models"));
    format!("if that is the right place, set the base URL to {}", base.unwrap_or(target))
}

fn rate_hint(retry_after: Option<Duration>) -> String {
    match retry_after {
        Some(wait) => format!("the server says to wait {} s", wait.as_secs_f64().ceil()),
        None => "lower the number of requests at once, or wait a while".to_owned(),
    }
}
