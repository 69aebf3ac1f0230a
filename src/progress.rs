//! How one gets better: scores by topic and dimension over time, mistakes and whether they fade, days and hours.
//!
//! Only answers from memory count for scores and mistakes, as in [`crate::schedule`]: a revision is better than the
//! answer it revises because the critique was in view. Days and hours count every attempt. Time is a parameter.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::SignedDuration;
use jiff::civil::Date;
use serde::Serialize;

use crate::attempt::{Marks, Outline};
use crate::bank::{Dimension, MistakeId, Rubric};

/// Bars of a sparkline: few enough for a narrow screen, and each is the mean of as many answers as the next.
pub const BARS: usize = 12;

/// How many of the last answers "lately" means; a change compares them with as many before.
pub const LATELY: usize = 5;

const DAYS_OF_A_WEEK: i64 = 7;

/// Everything about how one gets better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// Attempts of every kind.
    pub attempts: usize,
    /// Different questions among them.
    pub questions: usize,
    /// The day of the first attempt.
    pub since: Option<Date>,
    /// Days in a row with an attempt, up to today or yesterday.
    pub streak: usize,
    /// The longest such row ever.
    pub longest_streak: usize,
    /// Seconds of writing, in all.
    pub seconds: u64,
    /// Seconds of writing in the last 7 days.
    pub seconds_of_the_week: u64,
    /// Scores by the questions' topic.
    pub topics: Vec<Line>,
    /// Points of 100 by the criteria's dimension.
    pub dimensions: Vec<Line>,
    /// Mistakes that were made, those made most often lately first.
    pub mistakes: Vec<MistakeLine>,
}

/// Points of 100 over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The topic or dimension.
    pub name: String,
    /// How many answers there are.
    pub answers: usize,
    /// Means of equal shares of the answers, oldest first; at most 12.
    pub means: Vec<f64>,
    /// Mean of the last 5 answers.
    pub lately: f64,
    /// How much that is above the 5 before; `None` below 4 answers.
    pub change: Option<f64>,
}

/// A mistake over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MistakeLine {
    /// The mistake.
    pub id: MistakeId,
    /// Its title.
    pub title: String,
    /// Answers to questions that look for it.
    pub answers: usize,
    /// How many of them made it.
    pub made: usize,
    /// How many of the last 5 made it.
    pub lately: usize,
    /// How many answers these are; at most 5.
    pub of: usize,
    /// Shares of the answers that made it, 0 to 1, for equal parts of the answers, oldest first; at most 12.
    pub shares: Vec<f64>,
    /// How the last answers differ from those before.
    pub trend: Trend,
}

/// Whether a mistake fades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trend {
    /// Too few answers to tell.
    Unknown,
    /// Made more often than before.
    MoreOften,
    /// Made as often as before.
    AsOften,
    /// Made less often than before.
    LessOften,
}

impl Trend {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "too few to tell",
            Self::MoreOften => "more often",
            Self::AsOften => "as often",
            Self::LessOften => "less often",
        }
    }
}

/// What the answers say of each mistake.
type Made<'b> = BTreeMap<&'b MistakeId, (&'b str, Vec<f64>)>;

impl Progress {
    /// The progress over these attempts, oldest first, as of `today`. Scores are taken from attempts at questions
    /// that are among `rubrics`.
    pub fn new<'b>(outlines: &[Outline], rubrics: impl IntoIterator<Item = &'b Rubric>, today: Date) -> Self {
        let rubrics: HashMap<&str, &Rubric> =
            rubrics.into_iter().map(|rubric| (rubric.id.as_str(), rubric)).collect();
        let mut topics: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let mut dimensions: BTreeMap<Dimension, Vec<f64>> = BTreeMap::new();
        let mut mistakes = Made::new();
        for outline in outlines.iter().filter(|outline| outline.is_asked) {
            let rubric = rubrics.get(outline.question.as_str());
            if let (Some(marks), Some(rubric)) = (&outline.marks, rubric) {
                topics.entry(&rubric.topic).or_default().push(marks.score.points());
                for (dimension, points) in by_dimension(rubric, marks) {
                    dimensions.entry(dimension).or_default().push(points);
                }
                count_mistakes(rubric, marks, &mut mistakes);
            }
        }
        let days: BTreeSet<Date> = outlines.iter().map(|outline| outline.moment.day).collect();
        let (streak, longest_streak) = streaks(&days, today);
        Self {
            attempts: outlines.len(),
            questions: outlines.iter().map(|outline| &outline.question).collect::<BTreeSet<_>>().len(),
            since: days.first().copied(),
            streak,
            longest_streak,
            seconds: seconds(outlines.iter()),
            seconds_of_the_week: seconds_since(outlines, after(today, 1 - DAYS_OF_A_WEEK)),
            topics: topics.into_iter().map(|(name, points)| Line::new(name, &points)).collect(),
            dimensions: dimensions.into_iter().map(|(it, points)| Line::new(it.name(), &points)).collect(),
            mistakes: mistake_lines(mistakes),
        }
    }
}

impl Line {
    fn new(name: &str, points: &[f64]) -> Self {
        let (lately, before) = latest(points);
        Self {
            name: name.to_owned(),
            answers: points.len(),
            means: shares(points),
            lately: mean(lately),
            change: before.map(|before| mean(lately) - mean(before)),
        }
    }
}

impl MistakeLine {
    fn new(id: &MistakeId, title: &str, made: &[f64]) -> Self {
        let (lately, before) = latest(made);
        let trend = match before.map(|before| mean(lately) - mean(before)) {
            None => Trend::Unknown,
            Some(change) if change > 0.0 => Trend::MoreOften,
            Some(change) if change < 0.0 => Trend::LessOften,
            Some(_) => Trend::AsOften,
        };
        let count = |made: &[f64]| made.iter().sum::<f64>().round() as usize;
        let of = made.len().min(LATELY);
        Self {
            id: id.clone(),
            title: title.to_owned(),
            answers: made.len(),
            made: count(made),
            lately: count(&made[made.len() - of..]),
            of,
            shares: shares(made),
            trend,
        }
    }
}

/// Points of 100 that an answer has in each dimension of its rubric: the weighted mean of its criteria.
fn by_dimension(rubric: &Rubric, marks: &Marks) -> Vec<(Dimension, f64)> {
    let mut sums: Vec<(Dimension, f64, f64)> = Vec::new();
    for criterion in &rubric.criteria {
        let Some((_, level, max)) = marks.levels.iter().find(|(id, ..)| *id == criterion.id) else {
            continue;
        };
        let points = 100.0 * f64::from((*level).min(*max)) / f64::from((*max).max(1));
        match sums.iter_mut().find(|(dimension, ..)| *dimension == criterion.dimension) {
            Some((_, earned, weights)) => {
                *earned += criterion.weight * points;
                *weights += criterion.weight;
            }
            None => sums.push((criterion.dimension, criterion.weight * points, criterion.weight)),
        }
    }
    sums.into_iter().map(|(dimension, earned, weights)| (dimension, earned / weights)).collect()
}

fn count_mistakes<'b>(rubric: &'b Rubric, marks: &Marks, mistakes: &mut Made<'b>) {
    for mistake in &rubric.mistakes {
        let made = if marks.mistakes.contains(&mistake.id) { 1.0 } else { 0.0 };
        mistakes.entry(&mistake.id).or_insert_with(|| (&mistake.title, Vec::new())).1.push(made);
    }
}

fn mistake_lines(mistakes: Made<'_>) -> Vec<MistakeLine> {
    let mut lines: Vec<MistakeLine> = mistakes
        .into_iter()
        .filter(|(_, (_, made))| made.iter().any(|made| *made > 0.0))
        .map(|(id, (title, made))| MistakeLine::new(id, title, &made))
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.lately, line.made)));
    lines
}

/// The last values, and as many before them: 5, or half of what there is; `None` for the second below 4.
fn latest(values: &[f64]) -> (&[f64], Option<&[f64]>) {
    const LEAST: usize = 4;
    if values.len() < LEAST {
        return (&values[values.len() - values.len().min(LATELY)..], None);
    }
    let many = LATELY.min(values.len() / 2);
    let (rest, lately) = values.split_at(values.len() - many);
    (lately, Some(&rest[rest.len() - many..]))
}

/// Means of equal shares of the values, in order: one a value, or 12 where there are more.
fn shares(values: &[f64]) -> Vec<f64> {
    let bars = values.len().min(BARS);
    (0..bars).map(|bar| mean(&values[bar * values.len() / bars..(bar + 1) * values.len() / bars])).collect()
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(SignedDuration::from_hours(24 * days))
}

/// An attempt that was imported may claim any time.
fn seconds<'o>(outlines: impl Iterator<Item = &'o Outline>) -> u64 {
    outlines.map(|outline| outline.seconds).fold(0, u64::saturating_add)
}

fn seconds_since(outlines: &[Outline], day: Date) -> u64 {
    seconds(outlines.iter().filter(|outline| outline.moment.day >= day))
}

/// Days in a row, up to today or yesterday, and the longest row ever.
fn streaks(days: &BTreeSet<Date>, today: Date) -> (usize, usize) {
    let (mut row, mut longest) = (0, 0);
    let mut before: Option<Date> = None;
    for day in days {
        row = if before.is_some_and(|before| after(before, 1) == *day) { row + 1 } else { 1 };
        longest = longest.max(row);
        before = Some(*day);
    }
    let is_current = before.is_some_and(|last| last >= after(today, -1));
    (if is_current { row } else { 0 }, longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::{AttemptId, Moment};
    use crate::bank::Bank;

    fn day(day: i8) -> Date {
        jiff::civil::date(2026, 3, day)
    }

    fn answered(rubric: &Rubric, on: i8, level: u8, mistakes: &[&str]) -> Outline {
        let at = jiff::Timestamp::from_second(1_772_000_000 + i64::from(on)).unwrap();
        let criteria = rubric.criteria.iter();
        Outline {
            id: AttemptId::of(&rubric.id, "", at),
            question: rubric.id.clone(),
            moment: Moment { at, day: day(on) },
            seconds: 60,
            is_asked: true,
            marks: Some(Marks {
                score: serde_json::from_value((f64::from(level) * 25.0).into()).unwrap(),
                levels: criteria.map(|criterion| (criterion.id.clone(), level, 4)).collect(),
                mistakes: mistakes.iter().map(|id| MistakeId::from(*id)).collect(),
            }),
        }
    }

    #[test]
    fn scores_mistakes_days_and_hours() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("rag-vs-fine-tuning").unwrap();
        let mistake = rubric.mistakes[0].id.as_str();
        let mut outlines: Vec<Outline> =
            [(1, 0, true), (2, 1, true), (3, 2, true), (8, 3, false), (9, 4, false)]
                .into_iter()
                .map(|(on, level, made)| answered(rubric, on, level, &[mistake][..usize::from(made)]))
                .collect();
        outlines.push(Outline { is_asked: false, ..answered(rubric, 9, 4, &[mistake]) });
        let progress = Progress::new(&outlines, [rubric.as_ref()], day(10));
        assert_eq!((progress.attempts, progress.questions, progress.since), (6, 1, Some(day(1))));
        assert_eq!((progress.streak, progress.longest_streak), (2, 3));
        assert_eq!((progress.seconds, progress.seconds_of_the_week), (360, 180));
        let topic = &progress.topics[0];
        assert_eq!((topic.name.as_str(), topic.answers, topic.means.len()), ("rag", 5, 5));
        // The last two, 75 and 100, against the two before, 25 and 50.
        assert_eq!((topic.lately, topic.change), (87.5, Some(50.0)));
        assert!(progress.dimensions.iter().all(|line| line.means == [0.0, 25.0, 50.0, 75.0, 100.0]));
        let line = &progress.mistakes[0];
        assert_eq!((line.id.as_str(), line.made, line.answers, line.lately), (mistake, 3, 5, 3));
        assert_eq!((line.trend, progress.mistakes.len()), (Trend::LessOften, 1));
        assert_eq!(Progress::new(&outlines, [rubric.as_ref()], day(11)).streak, 0);
    }

    #[test]
    fn many_answers_make_as_many_bars_as_fit() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let bars = shares(&values);
        assert_eq!((bars.len(), bars[0], bars[BARS - 1]), (BARS, 3.5, 95.0));
        assert_eq!(shares(&[]), Vec::<f64>::new());
        assert_eq!(latest(&[1.0, 2.0, 3.0]), (&[1.0, 2.0, 3.0][..], None));
        assert_eq!(latest(&values).0, [95.0, 96.0, 97.0, 98.0, 99.0]);
        assert_eq!(latest(&values).1, Some(&[90.0, 91.0, 92.0, 93.0, 94.0][..]));
    }
}
