//! Scores over time, where the answers are from a history.

use jiff::civil::Date;

use super::{Report, ReportedAnswer};

/// Points of the chart: more are too close to each other to be told apart on a laptop's screen.
const MOST_POINTS: i64 = 90;

/// The answers of some days in a row that were given from memory and graded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Period {
    pub(super) from: Date,
    /// The last of its days; the same as the first where a period is a day.
    pub(super) to: Date,
    pub(super) answers: u64,
    /// Mean score, 0 to 100.
    pub(super) mean: f64,
}

impl Report {
    /// The mean score day by day, or of as many days at once as it takes to have few enough periods; those without
    /// an answer are left out. Revisions and replies do not count: they are written with a critique in view.
    pub(super) fn over_time(&self) -> Vec<Period> {
        let mut scores: Vec<(Date, f64)> = self.answers.iter().filter_map(from_memory).collect();
        scores.sort_by_key(|(day, _)| *day);
        let (Some((first, _)), Some((last, _))) = (scores.first(), scores.last()) else {
            return Vec::new();
        };
        let length = days(*first, *last) / MOST_POINTS + 1;
        let (first, place) = (*first, |day: Date| days(*first, day) / length);
        let periods = scores.chunk_by(|a, b| place(a.0) == place(b.0));
        periods
            .map(|scores| {
                let from = later(first, place(scores[0].0) * length);
                let sum: f64 = scores.iter().map(|(_, points)| points).sum();
                Period {
                    from,
                    to: later(from, length - 1),
                    answers: scores.len() as u64,
                    mean: sum / scores.len() as f64,
                }
            })
            .collect()
    }
}

/// The day and the score of an answer that was given from memory.
fn from_memory(answer: &ReportedAnswer) -> Option<(Date, f64)> {
    let sitting = answer.sitting.as_ref().filter(|sitting| sitting.origin.is_asked())?;
    Some((sitting.day, answer.graded()?.score.points()))
}

/// Days from one date to a later one.
pub(super) fn days(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn later(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::SignedDuration::from_hours(24 * days))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::specimen::report;
    use super::super::{Report, Sitting};
    use super::*;
    use crate::attempt::{AttemptId, Origin};

    /// The specimen's answers on these days.
    fn on(days: &[(Date, Origin)]) -> Report {
        let mut report = report(&["surprisal"], days.len());
        for (answer, (day, origin)) in report.answers.iter_mut().zip(days) {
            answer.sitting = Some(Sitting { day: *day, origin: origin.clone() });
        }
        report
    }

    #[test]
    fn a_day_is_a_point_and_revisions_are_none() {
        let (first, second) = (date(2026, 2, 28), date(2026, 3, 1));
        let revision = Origin::RevisionOf(AttemptId::from("0a".to_owned()));
        let report = on(&[
            (second, Origin::Asked),
            (first, Origin::Asked),
            (second, Origin::Asked),
            (second, revision),
        ]);
        let points: Vec<f64> = report.answers.iter().map(|it| it.graded().unwrap().score.points()).collect();
        let expected = [
            Period { from: first, to: first, answers: 1, mean: points[1] },
            Period { from: second, to: second, answers: 2, mean: f64::midpoint(points[0], points[2]) },
        ];
        assert_eq!(report.over_time(), expected);
    }

    #[test]
    fn a_year_has_no_more_points_than_fit() {
        let day = |number: i64| later(date(2025, 1, 1), number);
        let report = on(&[0, 3, 4, 5, 364].map(|number| (day(number), Origin::Asked)));
        let periods = report.over_time();
        let starts: Vec<i64> = periods.iter().map(|period| days(day(0), period.from)).collect();
        assert_eq!(starts, [0, 5, 360]);
        assert_eq!((periods[0].answers, periods[0].to), (3, day(4)));
    }

    #[test]
    fn grades_of_a_file_have_no_time() {
        assert_eq!(report(&["surprisal"], 3).over_time(), []);
    }
}
