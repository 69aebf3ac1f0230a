//! What the page's template shows of each answer: its passages, its critique and the notes it refers to.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::data::{Places, one_decimal};
use crate::attempt::Origin;
use crate::bank::MistakeKind;
use crate::critique::Evidence;
use crate::record::{GradedRecord, MemberRecord, MistakeRecord, RatingRecord};
use crate::report::marks::{Passage, citations, fits, passages};
use crate::report::{Report, ReportedAnswer};
use crate::score::Band;

/// A text that is at least so long and occurs more than once is a note: it stands once on the page, which halves
/// its size, since judges word what is missing as the rubric does. A reference takes about as much as this.
const LONG_ENOUGH_FOR_A_NOTE: usize = 40;
/// One answer. Places are those of question, candidate and so on in the lists above, from 0.
#[derive(Debug, Serialize)]
pub(super) struct AnswerData<'r> {
    id: &'r str,
    day: String,
    /// Of a history: how the answer came about, where it was not given from memory.
    origin: Option<OriginData<'r>>,
    question: &'r str,
    question_place: Option<usize>,
    topic_place: Option<usize>,
    candidate: &'r str,
    candidate_place: Option<usize>,
    mistake_places: Vec<usize>,
    /// Its place in [`Band::ALL`], or `ungraded`.
    band_place: String,
    is_below: bool,
    has_text: bool,
    passages: Vec<Passage<'r>>,
    /// Quotations that the text does not have at their places.
    misfits: usize,
    grade: Option<GradeData<'r>>,
    reason: Option<(&'static str, &'r str)>,
}

/// What an answer builds on.
#[derive(Debug, Serialize)]
struct OriginData<'r> {
    /// In a word or two.
    name: &'static str,
    /// The earlier answer.
    earlier: &'r str,
    /// The follow-up question, if it answers one.
    asked: Option<&'r str>,
}

impl<'r> OriginData<'r> {
    /// `None` for an answer that builds on nothing.
    fn of(origin: &'r Origin) -> Option<Self> {
        match origin {
            Origin::Asked => None,
            Origin::RevisionOf(id) => Some(Self { name: "revision", earlier: id.as_str(), asked: None }),
            Origin::FollowUp(it) => {
                Some(Self { name: "follow-up", earlier: it.to.as_str(), asked: Some(&it.asked) })
            }
        }
    }
}

#[derive(Debug, Serialize)]
struct GradeData<'r> {
    score: String,
    band: &'static str,
    ratings: Vec<RatingData<'r>>,
    mistakes: Vec<MistakeData<'r>>,
    flags: Vec<&'static str>,
    /// How far several samples or members agree.
    agreement: Option<String>,
    /// What each member of a panel gave.
    members: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RatingData<'r> {
    title: &'r str,
    level: u8,
    max_level: u8,
    reason: &'r str,
    advice: Option<Wording<'r>>,
    missing: Vec<Wording<'r>>,
    /// Those that are not marked in the text.
    quotes: Vec<&'r str>,
    unfounded: bool,
}

#[derive(Debug, Serialize)]
struct MistakeData<'r> {
    title: &'r str,
    omitted: bool,
    why: Option<Wording<'r>>,
    advice: Option<Wording<'r>>,
    quotes: Vec<&'r str>,
}

/// A text, or the number of the note that has it.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Wording<'r> {
    Text(&'r str),
    Note(usize),
}

/// Texts that occur more than once.
pub(super) struct Notes<'r> {
    numbers: HashMap<&'r str, usize>,
    pub(super) texts: Vec<&'r str>,
}

impl<'r> Notes<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut notes = Self { numbers: HashMap::new(), texts: Vec::new() };
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for text in report.answers.iter().filter_map(ReportedAnswer::graded).flat_map(wordings) {
            let is_again = text.len() >= LONG_ENOUGH_FOR_A_NOTE && !seen.insert(text);
            if is_again && !notes.numbers.contains_key(text) {
                notes.texts.push(text);
                notes.numbers.insert(text, notes.texts.len());
            }
        }
        notes
    }

    /// `None` for nothing.
    fn wording(&self, text: &'r str) -> Option<Wording<'r>> {
        match self.numbers.get(text) {
            Some(number) => Some(Wording::Note(*number)),
            None => (!text.is_empty()).then_some(Wording::Text(text)),
        }
    }
}

/// Every text of a grade that may be a note.
fn wordings(graded: &GradedRecord) -> impl Iterator<Item = &str> {
    let ratings = graded.criteria.iter().flat_map(|rating| {
        rating.missing.iter().map(String::as_str).chain((!repeats_a_point(rating)).then_some(&*rating.advice))
    });
    let mistakes = graded.mistakes.iter().flat_map(|mistake| [mistake.why.as_str(), &mistake.advice]);
    ratings.chain(mistakes)
}

/// Whether the advice is only to make the first point that is missing, as in "Say that ...".
fn repeats_a_point(rating: &RatingRecord) -> bool {
    let rest = |point: &str| point.chars().skip(1).collect::<String>();
    rating.missing.first().map(|point| rest(point)).is_some_and(|rest| rating.advice.ends_with(&rest))
}

impl<'r> AnswerData<'r> {
    pub(super) fn of(
        report: &'r Report,
        answer: &'r ReportedAnswer,
        places: &Places<'r>,
        notes: &Notes<'r>,
    ) -> Self {
        let question = answer.question();
        let graded = answer.graded();
        let cited = graded.map(citations).unwrap_or_default();
        let text = answer.text.as_deref();
        let mistakes = graded.into_iter().flat_map(|graded| &graded.mistakes);
        Self {
            id: &answer.record.id,
            day: answer.day(),
            origin: answer.sitting.as_ref().and_then(|sitting| OriginData::of(&sitting.origin)),
            question: report.title(question),
            question_place: places.questions.get(question).copied(),
            topic_place: places.topics.get(report.topic(question)).copied(),
            candidate: answer.candidate(),
            candidate_place: places.candidates.get(answer.candidate()).copied(),
            mistake_places: mistakes.filter_map(|it| places.mistakes.get(it.id.as_str()).copied()).collect(),
            band_place: graded.map_or_else(|| "ungraded".to_owned(), |graded| band_place(graded.band)),
            is_below: report.is_below(answer),
            has_text: text.is_some(),
            passages: text.map(|text| passages(text, &cited)).unwrap_or_default(),
            misfits: text.map_or(0, |text| cited.iter().filter(|citation| !citation.fits(text)).count()),
            grade: graded.map(|graded| GradeData::of(report, answer, graded, notes)),
            reason: answer.reason().map(|reason| (reason.kind.name(), reason.message.as_str())),
        }
    }
}

impl<'r> GradeData<'r> {
    fn of(
        report: &'r Report,
        answer: &'r ReportedAnswer,
        graded: &'r GradedRecord,
        notes: &Notes<'r>,
    ) -> Self {
        let rating = |rating| RatingData::of(report, answer, rating, notes);
        let mistake = |mistake| MistakeData::of(report, answer, mistake, notes);
        Self {
            score: one_decimal(graded.score.points()),
            band: graded.band.name(),
            ratings: graded.criteria.iter().map(rating).collect(),
            mistakes: graded.mistakes.iter().map(mistake).collect(),
            flags: graded.flags.iter().map(|flag| flag.sentence()).collect(),
            agreement: graded.judge.agreement.map(|agreement| format!("{agreement:.2}")),
            members: graded.judge.members.iter().map(MemberRecord::gave).collect(),
        }
    }
}

impl<'r> RatingData<'r> {
    fn of(
        report: &'r Report,
        answer: &'r ReportedAnswer,
        rating: &'r RatingRecord,
        notes: &Notes<'r>,
    ) -> Self {
        let criterion =
            report.rubric(answer.question()).and_then(|rubric| rubric.criterion(rating.id.as_str()));
        let is_marked = |it: &Evidence| is_marked(answer, &it.quote, it.start, it.end);
        Self {
            title: criterion.map_or(rating.id.as_str(), |criterion| &criterion.title),
            level: rating.level,
            max_level: rating.max_level,
            reason: &rating.reason,
            advice: if repeats_a_point(rating) { None } else { notes.wording(&rating.advice) },
            missing: rating.missing.iter().filter_map(|point| notes.wording(point)).collect(),
            quotes: rating.evidence.iter().filter(|it| !is_marked(it)).map(|it| it.quote.as_str()).collect(),
            unfounded: rating.unfounded,
        }
    }
}

impl<'r> MistakeData<'r> {
    fn of(
        report: &'r Report,
        answer: &'r ReportedAnswer,
        mistake: &'r MistakeRecord,
        notes: &Notes<'r>,
    ) -> Self {
        let place = mistake.start.zip(mistake.end);
        let is_marked = |quote: &&str| place.is_some_and(|(start, end)| is_marked(answer, quote, start, end));
        Self {
            title: report.mistake_title(&mistake.id),
            omitted: match mistake.kind {
                MistakeKind::Said => false,
                MistakeKind::Omitted => true,
            },
            why: notes.wording(&mistake.why),
            advice: notes.wording(&mistake.advice),
            quotes: mistake.quote.as_deref().into_iter().filter(|quote| !is_marked(quote)).collect(),
        }
    }
}

/// Whether a quotation is marked in the answer's text, so that it need not be repeated beside it.
fn is_marked(answer: &ReportedAnswer, quote: &str, start: usize, end: usize) -> bool {
    answer.text.as_deref().is_some_and(|text| fits(text, quote, start, end))
}

fn band_place(band: Band) -> String {
    (Band::ALL.len() - 1 - usize::from(band.step())).to_string()
}
