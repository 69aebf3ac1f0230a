//! What to ask next, and why: spaced repetition of questions and of what was missed in them.
//!
//! Three kinds of things are remembered or forgotten: a question as a whole; a criterion, from the first answer that
//! missed it; and a mistake, from the first answer that made it, over all questions that look for it. Each answer is
//! a review of all of them. A question's rating follows from its score and a criterion's from the share of its
//! highest level, by the same bands; a mistake that was made again is "again", one that was not is "good". Only
//! answers from memory count: a revision, or a reply to a follow-up question, is written with a critique in view.
//!
//! A question is due when it is, or a criterion or mistake of it. Time is a parameter.

mod memory;

use std::collections::{HashMap, VecDeque};

use fsrs::FSRS;
use jiff::civil::Date;

use crate::attempt::{Marks, Outline};
use crate::bank::{Criterion, Difficulty, Mistake, Rubric};
use crate::score::{SOLID_FROM, Score};
use memory::{Course, Memory, Rating, days_between};

/// How many of the last answers a reason speaks of: enough to tell a habit from a slip.
const RECENT: usize = 4;

/// Why a question is suggested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason<'b> {
    /// The mistake was made in so many of the last answers to questions that look for it.
    Mistake {
        /// The mistake.
        mistake: &'b Mistake,
        /// How many of them made it.
        made: usize,
        /// How many there are, 4 at most.
        of: usize,
    },
    /// The criterion was missed, below solid, in so many of the last answers to the question.
    Criterion {
        /// The criterion.
        criterion: &'b Criterion,
        /// How many of them missed it.
        missed: usize,
        /// How many there are, 4 at most.
        of: usize,
    },
    /// It was answered before.
    Answered {
        /// Days since.
        days: i64,
        /// The score then.
        score: Score,
    },
    /// It was never answered.
    New,
}

/// A question to ask, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion<'b> {
    /// The question.
    pub rubric: &'b Rubric,
    /// Why, what matters most first.
    pub reasons: Vec<Reason<'b>>,
}

/// What is known of one thing that can be missed.
#[derive(Debug, Clone, Default)]
struct Concept {
    course: Course,
    /// Whether each of the last answers missed it, the newest last.
    recent: VecDeque<bool>,
}

impl Concept {
    /// Takes in an answer. What was never missed is not followed.
    fn review(&mut self, rating: Rating, day: Date) {
        let missed = rating.is_miss();
        if missed || !self.course.is_blank() {
            self.course.review(rating, day);
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(missed);
    }

    /// How many of how many recent answers missed it.
    fn misses(&self) -> (usize, usize) {
        (self.recent.iter().filter(|missed| **missed).count(), self.recent.len())
    }

    fn is_due(&self, today: Date) -> bool {
        self.course.memory().is_some_and(|memory| memory.due <= today)
    }
}

/// What is known of one question.
#[derive(Debug, Clone)]
struct Known<'b> {
    rubric: &'b Rubric,
    course: Course,
    last: Option<(Date, Score)>,
    /// In the order of the rubric's criteria.
    criteria: Vec<Concept>,
    /// Where the rubric's mistakes are in the schedule.
    mistakes: Vec<usize>,
}

/// What a person knows of the questions of a bank, and when to ask what.
#[derive(Debug, Clone)]
pub struct Schedule<'b> {
    today: Date,
    questions: Vec<Known<'b>>,
    mistakes: Vec<(&'b Mistake, Concept)>,
}

impl<'b> Schedule<'b> {
    /// The schedule after these attempts, oldest first, as of `today`. Attempts at questions that are not among
    /// `rubrics` say nothing about them.
    pub fn new(outlines: &[Outline], rubrics: impl IntoIterator<Item = &'b Rubric>, today: Date) -> Self {
        let mut schedule = Self::blank(rubrics, today);
        let places: HashMap<&str, usize> =
            schedule.questions.iter().map(|known| known.rubric.id.as_str()).zip(0..).collect();
        for outline in outlines.iter().filter(|outline| outline.is_asked) {
            if let (Some(marks), Some(place)) = (&outline.marks, places.get(outline.question.as_str())) {
                schedule.review(*place, marks, outline.moment.day);
            }
        }
        schedule.settle();
        schedule
    }

    fn settle(&mut self) {
        let fsrs = FSRS::default();
        let questions = self.questions.iter_mut().flat_map(|known| {
            known.criteria.iter_mut().map(|concept| &mut concept.course).chain([&mut known.course])
        });
        let mistakes = self.mistakes.iter_mut().map(|(_, concept)| &mut concept.course);
        questions.chain(mistakes).for_each(|course| course.settle(&fsrs));
    }

    fn blank(rubrics: impl IntoIterator<Item = &'b Rubric>, today: Date) -> Self {
        let mut mistakes: Vec<(&'b Mistake, Concept)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut place = |mistake: &'b Mistake| {
            *places.entry(mistake.id.as_str()).or_insert_with(|| {
                mistakes.push((mistake, Concept::default()));
                mistakes.len() - 1
            })
        };
        let questions = rubrics
            .into_iter()
            .map(|rubric| Known {
                rubric,
                course: Course::default(),
                last: None,
                criteria: vec![Concept::default(); rubric.criteria.len()],
                mistakes: rubric.mistakes.iter().map(&mut place).collect(),
            })
            .collect();
        Self { today, questions, mistakes }
    }

    fn review(&mut self, place: usize, marks: &Marks, day: Date) {
        let known = &mut self.questions[place];
        known.course.review(Rating::of(marks.score.points()), day);
        known.last = Some((day, marks.score));
        for (criterion, concept) in known.rubric.criteria.iter().zip(&mut known.criteria) {
            if let Some((_, level, max)) = marks.levels.iter().find(|(id, ..)| *id == criterion.id) {
                concept.review(Rating::of(share(*level, *max)), day);
            }
        }
        for (mistake, at) in known.rubric.mistakes.iter().zip(&known.mistakes) {
            let made = marks.mistakes.contains(&mistake.id);
            self.mistakes[*at].1.review(if made { Rating::Again } else { Rating::Good }, day);
        }
    }

    /// The day that it is made for.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Whether nothing was ever answered.
    pub fn is_blank(&self) -> bool {
        self.questions.iter().all(|known| known.last.is_none())
    }

    /// What is due, most likely forgotten first.
    pub fn due(&self) -> Vec<Suggestion<'b>> {
        let mut places: Vec<usize> = (0..self.questions.len()).filter(|place| self.is_due(*place)).collect();
        for (at, (_, concept)) in self.mistakes.iter().enumerate() {
            if concept.is_due(self.today) {
                places.extend(self.place_for(at, &places));
            }
        }
        places.sort_by(|a, b| self.chance(*a).total_cmp(&self.chance(*b)));
        places.into_iter().map(|place| self.suggestion(place)).collect()
    }

    /// A question is due by itself or by a criterion. A mistake needs only one of the questions that look for it.
    fn is_due(&self, place: usize) -> bool {
        let known = &self.questions[place];
        let itself = known.course.memory().is_some_and(|memory| memory.due <= self.today);
        itself || known.criteria.iter().any(|concept| concept.is_due(self.today))
    }

    /// A question for a mistake that is due, unless one of `chosen` looks for it already: not one of today, one that
    /// was answered before rather than a new one, the one answered longest ago.
    fn place_for(&self, mistake: usize, chosen: &[usize]) -> Option<usize> {
        if chosen.iter().any(|place| self.questions[*place].mistakes.contains(&mistake)) {
            return None;
        }
        let looks_for_it = |place: &usize| self.questions[*place].mistakes.contains(&mistake);
        let order = |place: &usize| {
            let last = self.questions[*place].last.map(|(day, _)| day);
            (last == Some(self.today), last.is_none(), last)
        };
        (0..self.questions.len()).filter(looks_for_it).min_by_key(order)
    }

    /// The chance that what is due in a question is remembered, 0 to 1.
    fn chance(&self, place: usize) -> f64 {
        self.memories(place)
            .filter(|memory| memory.due <= self.today)
            .map(|memory| memory.chance(self.today))
            .fold(1.0, f64::min)
    }

    fn memories(&self, place: usize) -> impl Iterator<Item = &Memory> {
        let known = &self.questions[place];
        let criteria = known.criteria.iter().map(|concept| &concept.course);
        let mistakes = known.mistakes.iter().map(|at| &self.mistakes[*at].1.course);
        std::iter::once(&known.course).chain(criteria).chain(mistakes).filter_map(Course::memory)
    }

    /// The next day on which something comes due, and how many questions are due then.
    pub fn next_day(&self) -> Option<(Date, usize)> {
        let questions = self.questions.iter().flat_map(|known| {
            known.criteria.iter().map(|concept| &concept.course).chain(std::iter::once(&known.course))
        });
        let courses = questions.chain(self.mistakes.iter().map(|(_, concept)| &concept.course));
        let dues = courses.filter_map(Course::memory).map(|memory| memory.due);
        let next = dues.filter(|due| *due > self.today).min()?;
        let then = Self { today: next, ..self.clone() };
        Some((next, then.due().len()))
    }

    /// Questions that were never answered, the easiest first.
    pub fn new_questions(&self) -> Vec<Suggestion<'b>> {
        let mut places: Vec<usize> =
            (0..self.questions.len()).filter(|place| self.questions[*place].last.is_none()).collect();
        places.sort_by_key(|place| difficulty(&self.questions[*place]));
        places.into_iter().map(|place| self.suggestion(place)).collect()
    }

    /// Questions whose last answer was below solid, the weakest first.
    pub fn weak(&self) -> Vec<Suggestion<'b>> {
        let points = |place: &usize| self.questions[*place].last.map(|(_, score)| score.points());
        let mut places: Vec<usize> = (0..self.questions.len())
            .filter(|place| points(place).is_some_and(|points| points < SOLID_FROM))
            .collect();
        places.sort_by(|a, b| points(a).unwrap_or(0.0).total_cmp(&points(b).unwrap_or(0.0)));
        places.into_iter().map(|place| self.suggestion(place)).collect()
    }

    /// `count` questions for an interview: one a topic before a second of any, and of a topic those least likely
    /// remembered before new ones; in the order of their difficulty, as interviews go.
    pub fn interview(&self, count: usize) -> Vec<&'b Rubric> {
        let mut places: Vec<usize> = (0..self.questions.len()).collect();
        places.sort_by(|a, b| {
            let order =
                |place: usize| self.questions[place].course.memory().map_or(1.0, |it| it.chance(self.today));
            order(*a).total_cmp(&order(*b))
        });
        let mut asked: HashMap<&str, usize> = HashMap::new();
        let mut ranked: Vec<(usize, usize)> = places
            .into_iter()
            .map(|place| {
                let before = asked.entry(&self.questions[place].rubric.topic).or_default();
                *before += 1;
                (*before, place)
            })
            .collect();
        ranked.sort_by_key(|(before, _)| *before);
        ranked.truncate(count);
        let mut chosen: Vec<&Known<'b>> =
            ranked.into_iter().map(|(_, place)| &self.questions[place]).collect();
        chosen.sort_by_key(|known| difficulty(known));
        chosen.into_iter().map(|known| known.rubric).collect()
    }

    /// Questions that look for a mistake: first those answered before today, the longest ago first, then new ones,
    /// then those of today.
    pub fn drill(&self, mistake: &str) -> Vec<Suggestion<'b>> {
        let looks_for_it = |place: &usize| self.questions[*place].rubric.mistake(mistake).is_some();
        let mut places: Vec<usize> = (0..self.questions.len()).filter(looks_for_it).collect();
        places.sort_by_key(|place| {
            let known = &self.questions[*place];
            let last = known.last.map(|(day, _)| day);
            (last == Some(self.today), last.is_none(), last, difficulty(known))
        });
        places.into_iter().map(|place| self.suggestion(place)).collect()
    }

    fn suggestion(&self, place: usize) -> Suggestion<'b> {
        let known = &self.questions[place];
        let mut reasons: Vec<Reason<'b>> = known
            .mistakes
            .iter()
            .map(|at| &self.mistakes[*at])
            .filter(|(_, concept)| concept.misses().0 > 0)
            .map(|(mistake, concept)| {
                let (made, of) = concept.misses();
                Reason::Mistake { mistake, made, of }
            })
            .collect();
        reasons.extend(missed_criteria(known));
        // What is missed most often matters most; of equals, mistakes come first.
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.misses()));
        reasons.push(known.last.map_or(Reason::New, |(day, score)| Reason::Answered {
            days: days_between(day, self.today),
            score,
        }));
        Suggestion { rubric: known.rubric, reasons }
    }
}

fn missed_criteria<'b>(known: &Known<'b>) -> impl Iterator<Item = Reason<'b>> {
    known.rubric.criteria.iter().zip(&known.criteria).filter_map(|(criterion, concept)| {
        let (missed, of) = concept.misses();
        (missed > 0).then_some(Reason::Criterion { criterion, missed, of })
    })
}

impl Reason<'_> {
    fn misses(&self) -> usize {
        match self {
            Self::Mistake { made, .. } => *made,
            Self::Criterion { missed, .. } => *missed,
            Self::Answered { .. } | Self::New => 0,
        }
    }
}

fn difficulty(known: &Known<'_>) -> Difficulty {
    known.rubric.difficulty
}

/// A level as points of 100.
fn share(level: u8, max_level: u8) -> f64 {
    100.0 * f64::from(level.min(max_level)) / f64::from(max_level.max(1))
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
