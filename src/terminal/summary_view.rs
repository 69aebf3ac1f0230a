//! What a run came to, in a few lines.

use std::fmt::Write as _;
use std::time::Duration;

use super::View;
use super::view::Tone;
use crate::score::Band;
use crate::summary::Summary;

/// The most flagged mistakes that are named.
const MOST_MISTAKES: usize = 5;

/// Counts, mean, bands, mistakes and tokens of a run that took `elapsed`.
pub fn render_summary(summary: &Summary, elapsed: Duration, view: &View) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(text, "{}", view.paint(Tone::Heading, &counts(summary, elapsed)));
    if let Some(mean) = summary.mean() {
        let bands = Band::ALL.map(|band| format!("{} {}", band.name(), summary.in_band(band)));
        let _ = writeln!(text, "mean score   {mean:.1} ({})", bands.join(", "));
    }
    let mistakes = summary.most_flagged();
    if !mistakes.is_empty() {
        let named = mistakes.iter().take(MOST_MISTAKES).map(|(id, count)| format!("{id} {count}"));
        let _ = writeln!(text, "mistakes     {}", named.collect::<Vec<_>>().join(", "));
    }
    if summary.ungraded() > 0 {
        let reasons = summary.reasons().into_iter().map(|(kind, count)| format!("{} {count}", kind.name()));
        let _ = writeln!(text, "ungraded     {}", reasons.collect::<Vec<_>>().join(", "));
    }
    let (sent, received) = summary.tokens();
    if sent + received > 0 {
        let _ = writeln!(text, "tokens       {sent} sent, {received} received");
    }
    text
}

fn counts(summary: &Summary, elapsed: Duration) -> String {
    let mut parts = vec![format!("{} graded", summary.graded())];
    if summary.known() > 0 {
        parts.push(format!("{} graded before", summary.known()));
    }
    if summary.ungraded() > 0 {
        parts.push(format!("{} ungraded", summary.ungraded()));
    }
    format!("{} in {}", parts.join(", "), spoken(elapsed))
}

/// A duration as people say it: 0.8 s, 42 s, 3 min 5 s, 2 h 10 min.
pub fn spoken(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..=9 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds @ 10..=59 => format!("{seconds} s"),
        seconds @ 60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Whole seconds as people say them: 0 s, 42 s, 3 min 5 s.
pub(super) fn spoken_seconds(seconds: u64) -> String {
    if seconds < 60 { format!("{seconds} s") } else { spoken(Duration::from_secs(seconds)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        for (seconds, text) in
            [(0.84, "0.8 s"), (42.9, "42 s"), (185.0, "3 min 5 s"), (7_830.0, "2 h 10 min")]
        {
            assert_eq!(spoken(Duration::from_secs_f64(seconds)), text);
        }
    }
}
