//! Why a model gave no critique, in the words of a grades file.

use crate::endpoint::EndpointError;
use crate::judge::Stop;
use crate::score::{Reason, ReasonKind};

/// Why there is no critique.
pub(in crate::judge) struct Failed {
    pub(in crate::judge) reason: Reason,
    pub(in crate::judge) stop: Stop,
    pub(in crate::judge) hint: Option<String>,
}

impl Failed {
    fn because(kind: ReasonKind, message: String) -> Self {
        Self { reason: Reason { kind, message }, stop: Stop::No, hint: None }
    }

    pub(in crate::judge) fn malformed(complaints: &[String]) -> Self {
        let first = complaints.first().map_or("it was empty", String::as_str);
        let message = format!("the model's reply can't be used, also after one repair: {first}");
        Self::because(ReasonKind::MalformedCritique, message)
    }

    /// Whether the model replied, but not in the form that it was asked for.
    pub(super) fn is_formless(&self) -> bool {
        matches!(self.reason.kind, ReasonKind::MalformedCritique | ReasonKind::Truncated)
    }

    pub(super) fn truncated(cap: u32) -> Self {
        let message = format!("the model's reply was cut at {cap} tokens");
        let hint = "raise max_tokens of this judge in the configuration".to_owned();
        Self { hint: Some(hint), ..Self::because(ReasonKind::Truncated, message) }
    }

    pub(super) fn refused() -> Self {
        let message = "the endpoint's content filter refused to judge this answer".to_owned();
        Self::because(ReasonKind::Refused, message)
    }

    /// A template that fails for one answer fails for all.
    pub(in crate::judge) fn prompt(error: &crate::error::Error) -> Self {
        let hint = error.advice().map(str::to_owned);
        Self { stop: Stop::Failed, hint, ..Self::because(ReasonKind::EndpointFailed, error.to_string()) }
    }

    pub(in crate::judge) fn endpoint(error: &EndpointError) -> Self {
        let kind = match error {
            EndpointError::ContextTooLong { .. } => ReasonKind::TooLong,
            EndpointError::Refused { .. } => ReasonKind::Refused,
            _ => ReasonKind::EndpointFailed,
        };
        let stop = match error {
            EndpointError::CapReached { .. } => Stop::Capped,
            error if error.stops_the_run() => Stop::Failed,
            _ => Stop::No,
        };
        Self { stop, hint: error.hint(), ..Self::because(kind, error.to_string()) }
    }
}
