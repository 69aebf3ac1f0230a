//! What the page's template shows besides the answers: figures, groups, filters and the heat map.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::answers::{AnswerData, Notes};
use super::time::TimeData;
use crate::bank::MistakeId;
use crate::report::figures::{Columns, Group};
use crate::report::{Report, ReportedAnswer};
use crate::score::{Band, PARTIAL_FROM, SOLID_FROM, STRONG_FROM};
use crate::summary::Summary;

/// Shades of the heat map, from none to the highest share in it: enough to see who stands out, few enough to tell
/// apart.
const SHADES: f64 = 5.0;

#[derive(Debug, Serialize)]
pub(super) struct PageData<'r> {
    answers: Vec<AnswerData<'r>>,
    summary: SummaryData,
    judges: Vec<String>,
    least: Option<String>,
    below: usize,
    bins: Vec<Bin>,
    bands: Vec<&'static str>,
    band_ranges: Vec<String>,
    questions: Vec<GroupData<'r>>,
    topics: Vec<GroupData<'r>>,
    candidates: Vec<GroupData<'r>>,
    dimensions: Vec<DimensionData>,
    mistakes: Vec<FlaggedData<'r>>,
    heat: HeatData<'r>,
    notes: Vec<&'r str>,
    has_times: bool,
    time: Option<TimeData>,
}

/// A bar of the distribution.
#[derive(Debug, Serialize)]
struct Bin {
    from: usize,
    to: usize,
    count: u64,
    /// Of the highest bar, 0 to 100.
    height: u64,
}

#[derive(Debug, Serialize)]
struct SummaryData {
    graded: u64,
    ungraded: u64,
    mean: Option<String>,
    /// In the order of [`Band::ALL`].
    bands: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct GroupData<'r> {
    name: &'r str,
    title: &'r str,
    summary: SummaryData,
}

#[derive(Debug, Serialize)]
struct DimensionData {
    name: &'static str,
    ratings: u64,
    percent: String,
}

/// A mistake and how often it was flagged.
#[derive(Debug, Serialize)]
struct FlaggedData<'r> {
    title: &'r str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct HeatData<'r> {
    /// `candidate` or `question`, as the filter of that name.
    by: &'static str,
    left_out: usize,
    columns: Vec<HeatColumn<'r>>,
    rows: Vec<HeatRow<'r>>,
}

#[derive(Debug, Serialize)]
struct HeatColumn<'r> {
    title: &'r str,
    /// Its place in the filter.
    place: usize,
    graded: u64,
}

#[derive(Debug, Serialize)]
struct HeatRow<'r> {
    title: &'r str,
    place: usize,
    cells: Vec<HeatCell>,
}

#[derive(Debug, Serialize)]
struct HeatCell {
    count: u64,
    /// 0 for none to 5 for the highest share.
    shade: u8,
}

impl<'r> PageData<'r> {
    /// Gathers everything.
    pub(super) fn of(report: &'r Report) -> Self {
        let places = Places::of(report);
        let notes = Notes::of(report);
        let summary = report.summary();
        let group = |group: Group<'r>| GroupData::of(group.name, group.name, &group.summary);
        let question = |group: Group<'r>| GroupData::of(group.name, report.title(group.name), &group.summary);
        Self {
            answers: report.answers.iter().map(|it| AnswerData::of(report, it, &places, &notes)).collect(),
            judges: report.judges().into_iter().collect(),
            least: report.least.map(|least| least.to_string()),
            below: report.below().count(),
            bins: bins(report),
            bands: Band::ALL.map(Band::name).to_vec(),
            band_ranges: vec![
                format!("{STRONG_FROM} to 100"),
                format!("{SOLID_FROM} to below {STRONG_FROM}"),
                format!("{PARTIAL_FROM} to below {SOLID_FROM}"),
                format!("below {PARTIAL_FROM}"),
            ],
            questions: report.by_question().into_iter().map(question).collect(),
            topics: report.by_topic().into_iter().map(group).collect(),
            candidates: report.by_candidate().into_iter().map(group).collect(),
            dimensions: dimensions(report),
            mistakes: places.flagged.iter().map(|(id, count)| flagged(report, id, *count)).collect(),
            heat: heat(report, &places),
            notes: notes.texts,
            has_times: report.answers.iter().any(|answer| answer.sitting.is_some()),
            time: TimeData::of(&report.over_time()),
            summary: SummaryData::of(&summary),
        }
    }
}

impl SummaryData {
    fn of(summary: &Summary) -> Self {
        Self {
            graded: summary.graded(),
            ungraded: summary.ungraded(),
            mean: summary.mean().map(one_decimal),
            bands: Band::ALL.map(|band| summary.in_band(band)).to_vec(),
        }
    }
}

impl<'r> GroupData<'r> {
    fn of(name: &'r str, title: &'r str, summary: &Summary) -> Self {
        Self { name, title, summary: SummaryData::of(summary) }
    }
}

pub(super) fn one_decimal(number: f64) -> String {
    format!("{number:.1}")
}

fn bins(report: &Report) -> Vec<Bin> {
    let counts = report.distribution();
    let width = 100 / counts.len();
    let highest = counts.into_iter().max().unwrap_or(0).max(1);
    let bin = |(index, count): (usize, u64)| {
        let from = index * width;
        let to = if index + 1 == counts.len() { 100 } else { from + width - 1 };
        Bin { from, to, count, height: 100 * count / highest }
    };
    counts.into_iter().enumerate().map(bin).collect()
}

fn dimensions(report: &Report) -> Vec<DimensionData> {
    let reaches = report.by_dimension().into_iter();
    reaches
        .map(|it| DimensionData {
            name: it.dimension.name(),
            ratings: it.ratings,
            percent: one_decimal(it.percent),
        })
        .collect()
}

fn flagged<'r>(report: &'r Report, id: &'r MistakeId, count: u64) -> FlaggedData<'r> {
    FlaggedData { title: report.mistake_title(id), count }
}

fn heat<'r>(report: &'r Report, places: &Places<'r>) -> HeatData<'r> {
    let map = report.heat_map();
    let (by, known) = match map.columns {
        Columns::Candidates => ("candidate", &places.candidates),
        Columns::Questions => ("question", &places.questions),
    };
    let column = |group: &Group<'r>| HeatColumn {
        title: match map.columns {
            Columns::Candidates => group.name,
            Columns::Questions => report.title(group.name),
        },
        place: known.get(group.name).copied().unwrap_or_default(),
        graded: group.summary.graded(),
    };
    let columns: Vec<HeatColumn> = map.groups.iter().map(column).collect();
    let share = |count: u64, column: &HeatColumn| count as f64 / column.graded.max(1) as f64;
    let every = map.rows.iter().flat_map(|(_, counts)| counts.iter().zip(&columns));
    let highest = every.map(|(count, column)| share(*count, column)).fold(f64::MIN_POSITIVE, f64::max);
    let cell = |(count, column): (&u64, &HeatColumn)| HeatCell {
        count: *count,
        shade: (SHADES * share(*count, column) / highest).ceil() as u8,
    };
    let row = |(id, counts): &(MistakeId, Vec<u64>)| {
        let place = *places.mistakes.get(id.as_str())?;
        let (id, _) = places.flagged.get(place)?;
        let cells = counts.iter().zip(&columns).map(cell).collect();
        Some(HeatRow { title: report.mistake_title(id), place, cells })
    };
    let rows = map.rows.iter().filter_map(row).collect();
    HeatData { by, left_out: map.left_out, rows, columns }
}

/// Where each question, topic, candidate and mistake stands in its list.
pub(super) struct Places<'r> {
    pub(super) questions: HashMap<&'r str, usize>,
    pub(super) topics: HashMap<&'r str, usize>,
    pub(super) candidates: HashMap<&'r str, usize>,
    pub(super) mistakes: HashMap<&'r str, usize>,
    /// The mistakes, most often flagged first.
    pub(super) flagged: Vec<(&'r MistakeId, u64)>,
}

impl<'r> Places<'r> {
    fn of(report: &'r Report) -> Self {
        let names = |groups: Vec<Group<'r>>| groups.into_iter().map(|group| group.name).zip(0..).collect();
        let mut counts: BTreeMap<&MistakeId, u64> = BTreeMap::new();
        for mistake in report.answers.iter().filter_map(ReportedAnswer::graded).flat_map(|it| &it.mistakes) {
            *counts.entry(&mistake.id).or_default() += 1;
        }
        let mut flagged: Vec<(&MistakeId, u64)> = counts.into_iter().collect();
        flagged.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self {
            questions: names(report.by_question()),
            topics: names(report.by_topic()),
            candidates: names(report.by_candidate()),
            mistakes: flagged.iter().map(|(id, _)| id.as_str()).zip(0..).collect(),
            flagged,
        }
    }
}
