//! The page of `coach report` in a real browser: 500 graded answers, sorted and filtered by click and key.
//!
//! Runs where Chromium and its driver are installed; with `COACH_BROWSER=required` it fails where they are not.
//! `AXE_CORE` names the file axe.min.js of the npm package axe-core; without it the accessibility checks are left
//! out. Measured times are printed, not judged: they depend on the machine.

mod browser;
mod coach;

use browser::Browser;
use coach::{Coach, answer};
use interview_coach::bank::Bank;
use serde_json::{Value, json};

/// Answers on the page.
const ANSWERS: usize = 500;
/// Answers that are graded in earnest; each stands on the page as the answer of several candidates.
const GRADED: usize = 100;
const CANDIDATES: [&str; 5] =
    ["Ada Lovelace", "Chloé Dubois", "Farid حسینی", "花子 山田", "Mallory <b>\u{202e}"];
/// Bytes that the page has to stay under.
const MOST_BYTES: usize = 2_000_000;
const HOSTILE: &str = "<script>document.title = 'hacked'</script></noscript><img src=x onerror=\"document.title='hacked'\"> \
    Surprisal is the negative logarithm of the probability. \u{1b}[31mred\u{1b}[0m \u{202e}desrever\u{202c} \u{2028}";

fn graded_answers() -> Coach {
    let coach = Coach::new();
    let bank = Bank::shipped().unwrap();
    // The first exemplar of each rubric is strong; the sixth makes a mistake.
    let exemplars = [0, 5].into_iter().flat_map(|nth| {
        let of = move |rubric: &std::sync::Arc<interview_coach::bank::Rubric>| {
            Some((rubric.id.to_string(), rubric.exemplars.get(nth)?.answer.clone()))
        };
        bank.rubrics().filter_map(of).collect::<Vec<_>>()
    });
    let mut texts: Vec<(String, String)> = exemplars.take(GRADED - 1).collect();
    texts.push(("surprisal".to_owned(), HOSTILE.to_owned()));
    let lines = |id: &dyn Fn(usize) -> String| {
        texts
            .iter()
            .enumerate()
            .map(|(at, (question, text))| answer(&id(at), question, text))
            .collect::<String>()
    };
    coach.write("graded.jsonl", lines(&|at| at.to_string()));
    let ran = coach.run(&["grade", "graded.jsonl", "--judge", "built-in"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (mut grades, mut answers) = (String::new(), String::new());
    for (index, candidate) in CANDIDATES.iter().enumerate() {
        for mut grade in coach::by_id(coach::grades(&ran.stdout)) {
            let id = format!("{}-{index}", grade["id"].as_str().unwrap());
            grade["id"] = json!(id);
            grade["candidate"] = json!(candidate);
            grades += &(grade.to_string() + "\n");
        }
        answers += &lines(&|at| format!("{at}-{index}"));
    }
    coach.write("grades.jsonl", grades);
    coach.write("answers.jsonl", answers);
    coach
}

/// The first candidate's answers as a history, two a day; of five answers one is a revision and one a reply.
fn history(coach: &Coach) {
    let texts = coach::grades(&coach.read("answers.jsonl"));
    let mut lines = String::new();
    for (number, mut attempt) in (0_i64..).zip(coach.grades("grades.jsonl").into_iter().take(GRADED)) {
        let text = texts.iter().find(|text| text["id"] == attempt["id"]).unwrap();
        attempt["answer"] = text["answer"].clone();
        let day = jiff::civil::date(2026, 1, 1).checked_add(jiff::Span::new().days(number / 2)).unwrap();
        attempt["day"] = json!(day);
        attempt["at"] = json!(format!("{day}T20:00:00Z"));
        attempt["seconds"] = json!(200);
        attempt["rubric"] = json!("sha256:0");
        match number % 5 {
            1 => attempt["origin"] = json!({"revision-of": "0-0"}),
            2 => {
                let asked = "What would you add?";
                attempt["origin"] = json!({"follow-up": {"to": "0-0", "criterion": "c", "asked": asked}});
            }
            _ => {}
        }
        lines += &(attempt.to_string() + "\n");
    }
    coach.write("history.jsonl", lines);
    assert_eq!(coach.run(&["history", "import", "history.jsonl"]).code, 0);
    assert_eq!(coach.run(&["report", "--history", "-o", "history.html"]).code, 0);
}

async fn page() -> Option<(Coach, Browser)> {
    if !browser::is_installed() {
        let required = std::env::var("COACH_BROWSER").is_ok_and(|value| value == "required");
        assert!(!required, "COACH_BROWSER=required, but chromium or chromedriver is missing");
        eprintln!("left out: chromium and chromedriver are not installed");
        return None;
    }
    let coach = graded_answers();
    let made = coach.run(&["report", "grades.jsonl", "--answers", "answers.jsonl", "-o", "report.html"]);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    let browser = Browser::start().await;
    browser.open(&coach.path("report.html")).await;
    Some((coach, browser))
}

/// Waits until just so many answers are shown, and the page says so.
async fn shows(browser: &Browser, count: usize) {
    let said = if count == ANSWERS { "500 answers".to_owned() } else { format!("{count} of 500 answers") };
    let shown = "document.querySelectorAll('#list tbody:not([hidden])').length";
    let says = format!("document.getElementById('count').textContent === '{said}'");
    browser.until(&format!("{shown} === {count} && {says}")).await;
}

/// The cells of a column of the list, as they stand.
async fn column(browser: &Browser, heading: &str) -> Vec<String> {
    let script = format!(
        "const list = document.getElementById('list'); \
         const at = [...list.tHead.rows[0].cells].findIndex((cell) => cell.textContent === '{heading}'); \
         return [...list.tBodies].map((body) => body.rows[0].cells[at].textContent)"
    );
    serde_json::from_value(browser.run(&script).await).unwrap()
}

#[tokio::test]
async fn five_hundred_answers_are_sorted_filtered_and_opened() {
    let Some((coach, browser)) = page().await else { return };
    let bytes = coach.read("report.html").len();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
    // Again, so that the browser's own first steps do not count.
    browser.open(&coach.path("report.html")).await;
    let times = "const load = performance.getEntriesByType('navigation')[0]; \
        return [performance.getEntriesByName('interactive')[0].startTime, load.domInteractive, load.loadEventEnd]";
    eprintln!("{bytes} bytes; interactive, DOM interactive, loaded after ms: {}", browser.run(times).await);
    shows(&browser, ANSWERS).await;
    sorts_by_click_and_key(&browser).await;
    filters_by_field_and_by_chart(&browser).await;
    opens_answers(&browser).await;

    assert_eq!(browser.console().await, Vec::<Value>::new());
    assert_eq!(browser.run("return document.title").await, "Grades of 500 answers");
}

async fn sorts_by_click_and_key(browser: &Browser) {
    let score = "#list thead th:nth-child(4)";
    let points = |cells: Vec<String>| cells.iter().map(|cell| cell.parse().unwrap()).collect::<Vec<f64>>();
    assert!(!points(column(browser, "Score").await).is_sorted());
    browser.click(&format!("{score} button")).await;
    assert!(points(column(browser, "Score").await).is_sorted());
    browser.keys(&format!("{score} button"), "\u{e007}").await;
    let descending = points(column(browser, "Score").await);
    assert!(descending.is_sorted_by(|a, b| a >= b));
    let sorted = format!("return document.querySelector('{score}').getAttribute('aria-sort')");
    assert_eq!(browser.run(&sorted).await, "descending");
}

async fn filters_by_field_and_by_chart(browser: &Browser) {
    browser.keys("select[name=candidate]", "Chlo").await;
    shows(browser, GRADED).await;
    browser.keys("input[name=text]", "negative LOGARITHM of the probability. \\u{1b}").await;
    shows(browser, 1).await;
    browser.click("button[type=reset]").await;
    shows(browser, ANSWERS).await;
    let weak = column(browser, "Band").await.iter().filter(|band| *band == "weak").count();
    browser.click("a[data-filter=band][data-value='3']").await;
    shows(browser, weak).await;
    let count = browser.run("return document.querySelector('.heat td a').textContent").await;
    browser.click(".heat td a").await;
    shows(browser, count.as_str().unwrap().parse().unwrap()).await;
    browser.click("button[type=reset]").await;
    shows(browser, ANSWERS).await;
}

async fn opens_answers(browser: &Browser) {
    let details = "document.querySelector('#list details')";
    let marks = format!("{details}.querySelectorAll('mark.evidence').length > 0");
    // Notes are no longer referred to but stand in the critique.
    let whole = format!("{details}.querySelectorAll('noscript, a').length === 0");
    assert_eq!(browser.run(&format!("return {marks}")).await, false);
    browser.click("#list tbody:nth-of-type(1) summary").await;
    browser.until(&format!("{marks} && {whole}")).await;
    browser.click("#open").await;
    browser.until("document.querySelectorAll('#list details[open] .text').length === 500").await;
    let found =
        "return [document.querySelectorAll('img').length, document.querySelectorAll('script').length]";
    assert_eq!(browser.run(found).await, json!([0, 1]), "an answer's markup is no element");
    browser.click("#close").await;
    browser.until("document.querySelectorAll('#list details[open]').length === 0").await;
}

#[tokio::test]
async fn the_page_passes_the_accessibility_checks_in_light_and_dark() {
    let Some(axe) = std::env::var_os("AXE_CORE") else {
        eprintln!("left out: AXE_CORE does not name axe.min.js");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap();
    let Some((coach, browser)) = page().await else { return };
    passes(&browser, &axe).await;
    history(&coach);
    browser.open(&coach.path("history.html")).await;
    // Of five days, one has nothing but a revision and a reply.
    assert_eq!(browser.run("return document.querySelectorAll('.time circle').length").await, 40);
    passes(&browser, &axe).await;
    assert_eq!(browser.console().await, Vec::<Value>::new());
}

async fn passes(browser: &Browser, axe: &str) {
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        browser
            .run("for (const it of [...document.querySelectorAll('details')].slice(0, 9)) it.open = true")
            .await;
        let check = "; const done = arguments[0]; axe.run({ resultTypes: ['violations'] }).then((found) => \
            done(found.violations.map((it) => [it.id, it.help, it.nodes.map((node) => node.html).slice(0, 3)])))";
        let violations = browser.run_until_done(&format!("{axe}{check}")).await;
        assert_eq!(violations, json!([]), "{scheme}");
    }
}
