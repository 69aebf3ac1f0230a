//! What can go wrong with one request, before anybody decides whether to try again.

use std::time::Duration;

use super::complaint::{Complaint, ComplaintKind};
use super::error::{EndpointError, TimeLimit};
use super::excerpt::Secrets;
use super::pace::News;
use super::settings::EndpointSettings;

/// One request that brought no reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The server answered, but not with a reply.
    Complained { complaint: Complaint, wait: RequestedWait },
    /// The server points elsewhere: scheme, host and path.
    Redirected { target: String },
    /// No connection.
    Unreachable { detail: String },
    /// No secure connection.
    TlsFailed { detail: String },
    /// A limit of time passed.
    TimedOut { limit: TimeLimit },
    /// The connection broke.
    ConnectionLost { detail: String },
    /// Not a reply of an OpenAI-compatible server.
    Malformed { detail: String },
    /// A page for people, from a gateway, a sign-in page, or because the base URL leads elsewhere.
    WebPage { detail: String },
    /// More bytes than allowed.
    TooLarge,
}

/// What a server asks for in its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RequestedWait {
    /// How long to wait.
    pub(super) wait: Option<Duration>,
    /// Whether to try again at all, against what the status says.
    pub(super) again: Option<bool>,
}

impl Fault {
    /// A complaint without headers, as one inside a stream.
    pub(super) fn complained(complaint: Complaint) -> Self {
        Self::Complained { complaint, wait: RequestedWait::default() }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::Malformed { detail: detail.into() }
    }

    /// Whether there is no such path at this server.
    pub(super) fn is_wrong_path(&self) -> bool {
        match self {
            Self::Complained { complaint, .. } => complaint.kind == ComplaintKind::WrongPath,
            Self::Redirected { .. }
            | Self::Unreachable { .. }
            | Self::TlsFailed { .. }
            | Self::TimedOut { .. }
            | Self::ConnectionLost { .. }
            | Self::Malformed { .. }
            | Self::WebPage { .. }
            | Self::TooLarge => false,
        }
    }

    pub(super) fn is_web_page(&self) -> bool {
        matches!(self, Self::WebPage { .. })
    }

    /// Whether the server may have worked, and taken money, for a reply that never came whole.
    pub(super) fn may_have_cost(&self) -> bool {
        match self {
            Self::TimedOut { limit } => *limit != TimeLimit::Connect,
            Self::ConnectionLost { .. } | Self::Malformed { .. } | Self::TooLarge => true,
            Self::Complained { .. }
            | Self::Redirected { .. }
            | Self::Unreachable { .. }
            | Self::TlsFailed { .. }
            | Self::WebPage { .. } => false,
        }
    }

    /// Whether the server may have done what it was asked to, though we did not hear of it.
    pub(super) fn may_have_gone_through(&self) -> bool {
        match self {
            Self::Complained { complaint, .. } => complaint.status >= 500,
            Self::WebPage { .. } => true,
            Self::TimedOut { .. }
            | Self::ConnectionLost { .. }
            | Self::Malformed { .. }
            | Self::TooLarge
            | Self::Redirected { .. }
            | Self::Unreachable { .. }
            | Self::TlsFailed { .. } => self.may_have_cost(),
        }
    }

    /// What it says about how much the server can take.
    pub(super) fn news(&self) -> News {
        match self {
            Self::Complained { complaint, wait } => match (complaint.kind, complaint.status) {
                (ComplaintKind::QuotaExhausted, _) => News::Nothing,
                // 529 is how Anthropic says that it has too much to do; 503 only where it says for how long.
                (_, 429 | 529) => News::Refused { wait: wait.wait },
                (_, 503) if wait.wait.is_some() => News::Refused { wait: wait.wait },
                (_, 500..) => News::Troubled,
                _ => News::Nothing,
            },
            Self::TimedOut { limit: TimeLimit::Connect }
            | Self::ConnectionLost { .. }
            | Self::Unreachable { .. } => News::Troubled,
            Self::TimedOut { .. } => News::TooSlow,
            Self::Redirected { .. }
            | Self::TlsFailed { .. }
            | Self::Malformed { .. }
            | Self::WebPage { .. }
            | Self::TooLarge => News::Nothing,
        }
    }

    /// The error for the user, where nothing is left to try.
    pub(super) fn into_error(self, scene: Scene<'_>) -> EndpointError {
        let shown = |detail: &str| scene.secrets.excerpt(detail);
        let Scene { place, settings, .. } = scene.clone();
        match self {
            Self::Complained { complaint, wait } => complaint_error(&complaint, wait, scene),
            Self::Redirected { target } => EndpointError::Redirected { place, target: shown(&target) },
            Self::Unreachable { detail } => EndpointError::Unreachable { place, detail: shown(&detail) },
            Self::TlsFailed { detail } => EndpointError::TlsFailed { place, detail: shown(&detail) },
            Self::TimedOut { limit } => {
                EndpointError::TimedOut { place, limit, after: length_of(limit, settings) }
            }
            Self::ConnectionLost { detail } => {
                EndpointError::ConnectionLost { place, detail: shown(&detail) }
            }
            Self::Malformed { detail } => EndpointError::MalformedReply { place, detail: shown(&detail) },
            Self::WebPage { detail } => {
                EndpointError::WebPage { place, detail: shown(&detail), may_pass: scene.answers_now }
            }
            Self::TooLarge => EndpointError::TooLarge { place, limit: settings.max_reply_bytes },
        }
    }
}

/// Where and when a fault came.
#[derive(Clone)]
pub(super) struct Scene<'a> {
    pub(super) place: String,
    pub(super) tried_both_paths: bool,
    /// Whether the server was seen to answer as it should, web pages aside that come and go.
    pub(super) answers_now: bool,
    pub(super) settings: &'a EndpointSettings,
    pub(super) secrets: &'a Secrets,
}

fn complaint_error(complaint: &Complaint, wait: RequestedWait, scene: Scene<'_>) -> EndpointError {
    let Scene { place, tried_both_paths: tried_v1, settings, secrets, .. } = scene;
    let detail = secrets.excerpt(&complaint.said);
    let detail = if detail.is_empty() { "it gives no reason".to_owned() } else { detail };
    match complaint.kind {
        ComplaintKind::UnknownModel => {
            EndpointError::UnknownModel { place, model: settings.model.clone(), detail, offered: Vec::new() }
        }
        ComplaintKind::ContextTooLong => EndpointError::ContextTooLong { place, detail },
        ComplaintKind::ContentFilter => EndpointError::Refused { place, detail },
        ComplaintKind::QuotaExhausted => EndpointError::QuotaExhausted { place, detail },
        ComplaintKind::WrongPath => EndpointError::NotFound { place, detail, tried_v1 },
        ComplaintKind::Parameter(_) | ComplaintKind::Other => {
            status_error(complaint.status, wait, place, detail, settings)
        }
    }
}

fn status_error(
    status: u16,
    wait: RequestedWait,
    place: String,
    detail: String,
    settings: &EndpointSettings,
) -> EndpointError {
    match status {
        401 | 403 if settings.api_key.is_none() => EndpointError::KeyMissing { place },
        401 | 403 => EndpointError::KeyRefused { place, status, detail },
        429 => EndpointError::RateLimited { place, detail, retry_after: wait.wait },
        400..500 => EndpointError::RequestRejected { place, status, detail },
        _ => EndpointError::ServerFailed { place, status, detail },
    }
}

fn length_of(limit: TimeLimit, settings: &EndpointSettings) -> Duration {
    match limit {
        TimeLimit::Connect => settings.connect_timeout,
        TimeLimit::FirstToken | TimeLimit::Silence => settings.first_token_timeout,
        TimeLimit::Total => settings.total_timeout,
    }
}
