//! What the page's template shows of scores over time: points in the chart's coordinates, with their words.

use serde::Serialize;

use super::data::one_decimal;
use crate::report::time::{Period, days};

/// Where days begin and end on the chart, in its own units; the template draws the rest around that.
const LEFT: f64 = 50.0;
const RIGHT: f64 = 690.0;
/// Where a score of 0 and one of 100 are.
const BOTTOM: f64 = 180.0;
const TOP: f64 = 20.0;

#[derive(Debug, Serialize)]
pub(super) struct TimeData {
    points: Vec<PointData>,
    /// "x,y x,y ..."
    line: String,
    first: String,
    last: String,
}

#[derive(Debug, Serialize)]
struct PointData {
    x: String,
    y: String,
    days: String,
    mean: String,
    answers: u64,
}

impl TimeData {
    /// `None` where there is nothing to show.
    pub(super) fn of(periods: &[Period]) -> Option<Self> {
        let (first, last) = (periods.first()?, periods.last()?);
        let all = days(first.from, last.from) as f64;
        let point = |period: &Period| {
            // A single day stands in the middle.
            let share = if all > 0.0 { days(first.from, period.from) as f64 / all } else { 0.5 };
            let days = if period.from == period.to {
                period.from.to_string()
            } else {
                format!("{} to {}", period.from, period.to)
            };
            PointData {
                x: one_decimal(LEFT + share * (RIGHT - LEFT)),
                y: one_decimal(height(period.mean)),
                days,
                mean: one_decimal(period.mean),
                answers: period.answers,
            }
        };
        let points: Vec<PointData> = periods.iter().map(point).collect();
        let line =
            points.iter().map(|point| format!("{},{}", point.x, point.y)).collect::<Vec<_>>().join(" ");
        Some(Self { points, line, first: first.from.to_string(), last: last.to.to_string() })
    }
}

/// Where a score is on the chart.
fn height(points: f64) -> f64 {
    BOTTOM - points / 100.0 * (BOTTOM - TOP)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_as_far_apart_as_they_were_and_high_scores_are_high() {
        let period = |day, mean| Period { from: day, to: day, answers: 2, mean };
        let (first, last) = (date(2026, 3, 1), date(2026, 3, 5));
        let time =
            TimeData::of(&[period(first, 0.0), period(date(2026, 3, 2), 50.0), period(last, 100.0)]).unwrap();
        assert_eq!(time.line, "50.0,180.0 210.0,100.0 690.0,20.0");
        assert_eq!((time.first.as_str(), time.last.as_str()), ("2026-03-01", "2026-03-05"));
        assert_eq!(TimeData::of(&[period(first, 50.0)]).unwrap().line, "370.0,100.0");
        assert!(TimeData::of(&[]).is_none());
    }
}
