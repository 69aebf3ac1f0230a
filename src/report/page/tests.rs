//! What holds of every page: hostile text stays text, nothing is loaded, and the page is whole without scripts.

use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};

use super::super::Sitting;
use super::super::specimen::{HOSTILE, hostile, report};
use super::*;
use crate::attempt::{AttemptId, FollowUp, Origin};

fn select<'d>(document: &'d Html, selector: &str) -> Vec<ElementRef<'d>> {
    document.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: &ElementRef) -> String {
    element.text().collect()
}

/// The page as a browser reads it that runs no scripts.
fn without_scripts(page: &str) -> Html {
    Html::parse_document(&page.replace("<noscript", "<div").replace("</noscript>", "</div>"))
}

/// Every element with the names of its attributes, in order: what remains when all text is taken away.
fn skeleton(document: &Html) -> String {
    let element = |it: ElementRef| {
        let attributes: Vec<&str> = it.value().attrs().map(|(name, _)| name).collect();
        format!("{}[{}]", it.value().name(), attributes.join(","))
    };
    select(document, "*").into_iter().map(element).collect::<Vec<_>>().join(" ")
}

fn assert_stays_text(hostile_text: &str) {
    let harmless = "x".repeat(hostile_text.len());
    for read in [Html::parse_document as fn(&str) -> Html, without_scripts] {
        let [found, expected] =
            [hostile_text, &harmless].map(|text| skeleton(&read(&page(&hostile(text)).unwrap())));
        assert_eq!(found, expected, "{hostile_text:?}");
    }
}

#[test]
fn hostile_texts_stay_text_and_are_shown() {
    for hostile_text in HOSTILE {
        assert_stays_text(hostile_text);
        let page = page(&hostile(hostile_text)).unwrap();
        let document = without_scripts(&page);
        let shown = &select(&document, ".text")[0];
        assert_eq!(text(shown).replace("1, M1", ""), sanitised(hostile_text));
        assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{2028}', '\0']), "{hostile_text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_becomes_markup(
        parts in proptest::collection::vec(
            prop_oneof![
                any::<String>(),
                "[<>/\"'&;=`\\-!\\[\\]{}%# a-z]{0,12}",
                proptest::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
                proptest::sample::select(vec!["</noscript>", "</template>", "</style>", "</title>", "<!--", "-->"])
                    .prop_map(str::to_owned),
            ],
            0..4,
        ),
    ) {
        assert_stays_text(&parts.concat());
    }
}

#[test]
fn nothing_is_loaded_and_only_what_is_pinned_runs() {
    let page = page(&report(&["surprisal", "scaling-laws"], 9)).unwrap();
    let document = without_scripts(&page);
    for element in select(&document, "*") {
        for (name, value) in element.value().attrs() {
            let is_local = value.starts_with('#') || value == "data:,";
            assert!(!matches!(name, "href" | "src") || is_local, "{name}={value}");
            assert!(!name.starts_with("on") && name != "style", "{name} would not count under the policy");
        }
    }
    let document = Html::parse_document(&page);
    let policy = select(&document, "meta[http-equiv]")[0].attr("content").unwrap();
    for inline in ["style", "script"] {
        let elements = select(&document, inline);
        assert_eq!(elements.len(), 1);
        assert!(policy.contains(&format!("{inline}-src '{}'", fingerprint(&text(&elements[0])))), "{policy}");
    }
    assert!(policy.starts_with("default-src 'none'"));
}

#[test]
fn every_answer_is_there_without_scripts_with_its_quotations_marked() {
    let answers = report(&["surprisal", "scaling-laws"], 9);
    let document = without_scripts(&page(&answers).unwrap());
    let shown = select(&document, ".text");
    assert_eq!(shown.len(), answers.answers().len());
    for (answer, shown) in answers.answers().iter().zip(shown) {
        let labels: String = shown.select(&Selector::parse("sup").unwrap()).map(|it| text(&it)).collect();
        assert_eq!(text(&shown).len(), answer.text.as_ref().unwrap().len() + labels.len());
        let cited: Vec<&str> = answer
            .graded()
            .unwrap()
            .criteria
            .iter()
            .flat_map(|it| &it.evidence)
            .map(|it| &*it.quote)
            .collect();
        for mark in shown.select(&Selector::parse("mark").unwrap()) {
            assert_eq!(text(&mark), cited[0]);
        }
    }
}

#[test]
fn references_lead_somewhere_and_ids_are_unique() {
    let document = without_scripts(&page(&report(&["surprisal", "scaling-laws"], 9)).unwrap());
    let mut ids: Vec<&str> = select(&document, "[id]").iter().map(|it| it.value().id().unwrap()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    let references = select(&document, "a[href^='#']");
    assert!(references.iter().any(|it| it.attr("href").unwrap().starts_with("#n")), "no notes");
    for reference in references {
        let id = &reference.attr("href").unwrap()[1..];
        assert!(ids.binary_search(&id).is_ok(), "#{id} leads nowhere");
    }
    for element in select(&document, "[aria-labelledby]") {
        for id in element.attr("aria-labelledby").unwrap().split(' ') {
            assert!(ids.binary_search(&id).is_ok(), "nothing is called {id}");
        }
    }
}

#[test]
fn an_answer_that_was_changed_is_shown_without_marks_and_says_so() {
    let mut answers = report(&["surprisal"], 1);
    let text = answers.answers[0].text.as_mut().unwrap();
    *text = format!("So, {text}");
    let document = without_scripts(&page(&answers).unwrap());
    assert!(select(&document, ".text mark").is_empty());
    assert!(self::text(&select(&document, ".warning")[0]).ends_with("it is not the text that was graded."));
    assert!(!select(&document, "#c1 q").is_empty(), "the quotations stand beside their criteria instead");
}

#[test]
fn a_history_has_its_scores_over_time_and_says_what_an_answer_builds_on() {
    let mut answers = report(&["surprisal"], 4);
    assert!(!page(&answers).unwrap().contains("id=\"over-time\""), "grades of a file have no days");
    let earlier = || AttemptId::from("0a1b2c".to_owned());
    let asked = "What is a nat?".to_owned();
    let follow_up = FollowUp { to: earlier(), criterion: "units".into(), asked };
    let origins = [Origin::Asked, Origin::RevisionOf(earlier()), Origin::FollowUp(follow_up), Origin::Asked];
    for (answer, (day, origin)) in answers.answers.iter_mut().zip((1..).zip(origins)) {
        answer.sitting = Some(Sitting { day: jiff::civil::date(2026, 3, day), origin });
    }
    let document = without_scripts(&page(&answers).unwrap());
    assert_eq!(text(&select(&document, "h1")[0]), "Your history: 4 answers");
    let points: Vec<String> = select(&document, ".time circle title").iter().map(text).collect();
    let score = |at: usize| answers.answers()[at].graded().unwrap().score.points();
    let point = |day, at| format!("2026-03-0{day}: {:.1}, the mean of 1 answer", score(at));
    assert_eq!(points, [point(1, 0), point(4, 3)]);
    let days: Vec<String> = select(&document, "#list td.day").iter().map(text).collect();
    assert_eq!(days, ["2026-03-01", "2026-03-02 revision", "2026-03-03 follow-up", "2026-03-04"]);
    let third = text(&select(&document, "#c3")[0]);
    assert!(third.contains("the follow-up question “What is a nat?”") && third.contains("0a1b2c"), "{third}");
}

#[test]
fn figures_stand_in_tables_with_captions_and_charts_have_words() {
    let document = Html::parse_document(&page(&report(&["surprisal", "scaling-laws"], 9)).unwrap());
    for table in select(&document, "table") {
        assert_eq!(table.select(&Selector::parse("caption").unwrap()).count(), 1);
        assert!(table.select(&Selector::parse("thead th:not([scope])").unwrap()).next().is_none());
    }
    let bins = &select(&document, "svg[role=img]")[0];
    assert!(text(bins).contains("Distribution of the scores"));
    for heading in
        ["Scores", "By question", "By topic", "By dimension", "By candidate", "Mistakes", "Answers"]
    {
        assert!(select(&document, "h2").iter().any(|it| text(it) == heading), "{heading}");
    }
}
