//! What a server says in its headers about how much it will still take.

use std::time::Duration;

/// Resets further off than this speak of a day's quota; the wait for one is cut short, and the server asked again.
const LONGEST_RESET: Duration = Duration::from_secs(120);

/// The part of a wait that chance adds, so that several programs do not return together.
pub(super) const JITTER: f64 = 0.1;

/// Looks up a header by its name in lower case.
pub(in crate::endpoint) type Header<'h> = &'h dyn Fn(&str) -> Option<&'h str>;

/// What is left of one kind of quota, and when it is whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) struct Left {
    pub(in crate::endpoint) remaining: u64,
    pub(in crate::endpoint) reset: Duration,
}

/// What is left, as one reply's headers say; `None` where they don't.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::endpoint) struct Quota {
    pub(in crate::endpoint) requests: Option<Left>,
    pub(in crate::endpoint) tokens: Option<Left>,
}

/// What is left of one of the server's quotas.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Remaining {
    left: Option<u64>,
    resets: Duration,
}

impl Quota {
    /// Reads `x-ratelimit-remaining-...` and `x-ratelimit-reset-...`.
    pub(in crate::endpoint) fn read(header: Header<'_>) -> Self {
        let left = |remaining: &str, reset: &str| {
            let remaining = header(remaining)?.trim().parse().ok()?;
            Some(Left { remaining, reset: duration(header(reset)?.trim())?.min(LONGEST_RESET) })
        };
        Self {
            requests: left("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
            tokens: left("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        }
    }
}

impl Remaining {
    /// Until when there is nothing left, if that is so.
    pub(super) fn exhausted(&self, now: Duration, wanted: u64) -> Option<Duration> {
        (self.left.is_some_and(|left| left < wanted) && now < self.resets).then_some(self.resets)
    }

    pub(super) fn take(&mut self, wanted: u64) {
        self.left = self.left.map(|left| left.saturating_sub(wanted));
    }

    /// A server may not yet have counted what is under way.
    pub(super) fn learn(&mut self, now: Duration, told: Option<Left>, under_way: u64, chance: f64) {
        if let Some(Left { remaining, reset }) = told {
            self.left = Some(remaining.saturating_sub(under_way));
            self.resets = now + reset.mul_f64(1.0 + JITTER * chance);
        }
    }
}

/// `6m0s`, `1.5s`, `20ms`, or seconds without a unit.
fn duration(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let (mut rest, mut all) = (text, Duration::ZERO);
    while !rest.is_empty() {
        let unit = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..unit].parse().ok()?;
        let end = rest[unit..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| unit + at);
        let seconds = match &rest[unit..end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            _ => return None,
        };
        all = all.checked_add(Duration::try_from_secs_f64(number * seconds).ok()?)?;
        rest = &rest[end..];
    }
    (!text.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_servers_write_them() {
        for (text, milliseconds) in [
            ("1s", Some(1_000)),
            ("6m0s", Some(360_000)),
            ("1m23.5s", Some(83_500)),
            ("20ms", Some(20)),
            ("1h2m3s", Some(3_723_000)),
            ("12", Some(12_000)),
            ("0.5", Some(500)),
            ("", None),
            ("s", None),
            ("1d", None),
            ("-1", None),
            ("soon", None),
            ("1s2", None),
            ("1é", None),
        ] {
            assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text:?}");
        }
    }

    #[test]
    fn both_headers_make_a_quota() {
        let read = |pairs: &'static [(&str, &str)]| {
            Quota::read(&|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
        };
        let quota = read(&[
            ("x-ratelimit-remaining-requests", "7"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "24h0m0s"),
        ]);
        assert_eq!(quota.requests, Some(Left { remaining: 7, reset: Duration::from_secs(1) }));
        assert_eq!(quota.tokens, Some(Left { remaining: 0, reset: LONGEST_RESET }));
        assert_eq!(read(&[("x-ratelimit-remaining-requests", "7")]), Quota::default());
        let nonsense = [("x-ratelimit-remaining-requests", "-1"), ("x-ratelimit-reset-requests", "1s")];
        assert_eq!(Quota::read(&|name| nonsense.iter().find(|n| n.0 == name).map(|n| n.1)), Quota::default());
    }
}
