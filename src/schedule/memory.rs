//! How well one thing is remembered, and when it is to be asked again: FSRS-6.
//!
//! The formulas and their default parameters are those of the crate `fsrs`; here a day is the unit.

use fsrs::{FSRS, FSRS6_DEFAULT_DECAY, FSRSItem, FSRSReview, MemoryState, current_retrievability};
use jiff::SignedDuration;
use jiff::civil::Date;

use crate::score::Band;

/// The chance of recall at which a thing is asked again: the authors' default, a balance of effort and forgetting.
const RETENTION: f32 = 0.9;

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// How well a thing was recalled, in FSRS' words, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rating {
    Again,
    Hard,
    Good,
    Easy,
}

impl Rating {
    /// What a score stands for, by its band: weak "again", partial "hard", solid "good", strong "easy".
    pub(super) fn of(points: f64) -> Self {
        match Band::of(points) {
            Band::Weak => Self::Again,
            Band::Partial => Self::Hard,
            Band::Solid => Self::Good,
            Band::Strong => Self::Easy,
        }
    }

    /// As FSRS counts.
    fn number(self) -> u32 {
        match self {
            Self::Again => 1,
            Self::Hard => 2,
            Self::Good => 3,
            Self::Easy => 4,
        }
    }

    /// Whether it is to be worked on: below solid.
    pub(super) fn is_miss(self) -> bool {
        self < Self::Good
    }
}

/// Whole days from one day to a later one; below 0 for an earlier one.
pub(super) fn days_between(earlier: Date, later: Date) -> i64 {
    later.duration_since(earlier).as_secs() / SECONDS_OF_A_DAY
}

/// What FSRS knows of one memory after a review.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    state: MemoryState,
    /// The day of the review.
    pub(super) last: Date,
    /// The day to ask again.
    pub(super) due: Date,
}

impl Memory {
    /// `None` where there are no reviews, or the formulas have no finite result, which no row of reviews leads to.
    fn after(fsrs: &FSRS, reviews: &[FSRSReview], last: Date) -> Option<Self> {
        if reviews.is_empty() {
            return None;
        }
        let state = fsrs.memory_state(FSRSItem { reviews: reviews.to_vec() }, None).ok()?;
        // The rating matters only for what was never reviewed.
        let days = fsrs.next_interval(Some(state.stability), RETENTION, Rating::Good.number()).round() as i64;
        let due = last.saturating_add(SignedDuration::from_hours(24 * days.max(1)));
        Some(Self { state, last, due })
    }

    /// The chance that it is recalled on `day`, 0 to 1.
    pub(super) fn chance(&self, day: Date) -> f64 {
        let elapsed = days_between(self.last, day).max(0);
        f64::from(current_retrievability(self.state, elapsed as f32, FSRS6_DEFAULT_DECAY))
    }
}

/// The reviews of one thing: at most one a day counts, and of several the worst. Seen again on the same day,
/// an answer shows what was just read and not what is remembered.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    reviews: Vec<FSRSReview>,
    last: Option<Date>,
    memory: Option<Memory>,
}

impl Course {
    /// Whether there was no review yet.
    pub(super) fn is_blank(&self) -> bool {
        self.reviews.is_empty()
    }

    /// What is remembered, as of when the course was last settled.
    pub(super) fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }

    /// Takes in a review; reviews come in the order of their days.
    pub(super) fn review(&mut self, rating: Rating, day: Date) {
        let rating = rating.number();
        let elapsed = self.last.map_or(0, |last| days_between(last, day));
        match self.reviews.last_mut() {
            Some(review) if elapsed <= 0 => review.rating = review.rating.min(rating),
            Some(_) | None => {
                self.reviews.push(FSRSReview { rating, delta_t: u32::try_from(elapsed).unwrap_or(0) });
                self.last = Some(day);
            }
        }
    }

    /// Computes what is remembered, once all reviews are in.
    pub(super) fn settle(&mut self, fsrs: &FSRS) {
        self.memory = self.last.and_then(|last| Memory::after(fsrs, &self.reviews, last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn day(number: i64) -> Date {
        date(2026, 1, 1).saturating_add(SignedDuration::from_hours(24 * number))
    }

    /// Computed with the Python package `fsrs` 6.3.2, the reference of FSRS-6: its scheduler without learning steps
    /// and without fuzz, reviewed at noon of these days.
    #[test]
    fn reviews_move_memory_as_the_reference_says() {
        use Rating::{Again, Easy, Good, Hard};
        type Review = (i64, Rating, f32, f32, i64);
        let table: [&[Review]; 4] = [
            &[
                (0, Good, 2.3065, 2.1181, 2),
                (3, Good, 13.8269, 2.1112, 14),
                (14, Hard, 35.5661, 4.7483, 36),
                (30, Again, 2.3254, 8.259, 2),
                (31, Good, 3.8711, 8.246, 4),
            ],
            &[
                (0, Again, 0.212, 6.4133, 1),
                (1, Again, 0.1009, 8.8063, 1),
                (2, Good, 0.6832, 8.7927, 1),
                (5, Easy, 4.5562, 8.3745, 5),
            ],
            &[(0, Easy, 8.2956, 1.0, 8), (20, Easy, 111.5863, 1.0, 112)],
            &[(0, Hard, 1.2931, 5.1122, 1), (1, Good, 4.546, 5.1023, 5)],
        ];
        let fsrs = FSRS::default();
        for reviews in table {
            let mut course = Course::default();
            for (number, rating, stability, difficulty, interval) in reviews {
                course.review(*rating, day(*number));
                course.settle(&fsrs);
                let memory = course.memory().unwrap();
                assert!((memory.state.stability - stability).abs() < 5e-4, "{number} {rating:?}: {memory:?}");
                assert!(
                    (memory.state.difficulty - difficulty).abs() < 5e-4,
                    "{number} {rating:?}: {memory:?}"
                );
                assert_eq!(memory.due, day(number + interval), "{number} {rating:?}: {memory:?}");
            }
        }
    }

    #[test]
    fn the_worst_review_of_a_day_counts_and_no_other() {
        let fsrs = FSRS::default();
        let after = |reviews: &[(i64, Rating)]| {
            let mut course = Course::default();
            for (number, rating) in reviews {
                course.review(*rating, day(*number));
            }
            course.settle(&fsrs);
            *course.memory().unwrap()
        };
        let once = after(&[(0, Rating::Good), (3, Rating::Hard)]);
        for same in [
            [(0, Rating::Good), (3, Rating::Hard), (3, Rating::Easy)],
            [(0, Rating::Good), (3, Rating::Easy), (3, Rating::Hard)],
            [(0, Rating::Good), (0, Rating::Easy), (3, Rating::Hard)],
        ] {
            assert_eq!(after(&same), once, "{same:?}");
        }
    }

    #[test]
    fn scores_become_ratings_by_their_band() {
        for (points, rating) in [
            (0.0, Rating::Again),
            (44.9, Rating::Again),
            (45.0, Rating::Hard),
            (70.0, Rating::Good),
            (85.0, Rating::Easy),
        ] {
            assert_eq!(Rating::of(points), rating, "{points}");
        }
    }
}
