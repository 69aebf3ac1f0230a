//! Runs that end before they are done: killed, interrupted, or out of disk. What was written is whole, and the next
//! run goes on from it.
#![cfg(unix)]

mod coach;
mod judged;
mod support;

use std::collections::HashSet;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coach::{Coach, answer, by_id};
use judged::{TEXT, answer_in, answers, configured, sound};
use serde_json::Value;
use support::FakeEndpoint;

const GRADE: [&str; 8] =
    ["grade", "a.jsonl", "-o", "g.jsonl", "--config", "config.toml", "--concurrency", "8"];
const KILLS: usize = 20;
const ANSWERS: usize = 400;

/// A fake model that takes note of which answers it is asked about.
fn noting() -> (FakeEndpoint, Arc<Mutex<Vec<String>>>, Arc<AtomicUsize>) {
    let (asked, count) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let (asks, counts) = (Arc::clone(&asked), Arc::clone(&count));
    let fake = FakeEndpoint::start(move |request| {
        asks.lock().unwrap().push(answer_in(request));
        counts.fetch_add(1, Ordering::SeqCst);
        sound(request)
    });
    (fake, asked, count)
}

fn wait_until(child: &mut Child, reached: impl Fn() -> bool) {
    while !reached() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
}

/// Whole lines of a grades file that was torn in the midst of one.
fn whole_lines(coach: &Coach) -> Vec<Value> {
    let text = std::fs::read_to_string(coach.path("g.jsonl")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    coach::grades(whole)
}

#[test]
fn killed_at_twenty_moments_it_ends_as_if_undisturbed_and_asks_for_nothing_twice() {
    let (fake, asked, count) = noting();
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(ANSWERS));
    let command = [&GRADE[..], &["--no-cache"]].concat();
    // A linear congruential generator (Knuth's MMIX): the same moments each time.
    let mut random = 7_u64;
    let mut draw = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for _ in 0..KILLS {
        let finished: HashSet<String> =
            whole_lines(&coach).iter().map(|grade| grade["id"].as_str().unwrap().to_owned()).collect();
        let before = count.load(Ordering::SeqCst);
        let wanted = before + 1 + draw(30) as usize;
        let mut child = coach.command(&command).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        wait_until(&mut child, || count.load(Ordering::SeqCst) >= wanted);
        // Somewhere between two requests, in the midst of a line as well.
        for _ in 0..draw(20_000) {
            std::hint::spin_loop();
        }
        let _ = child.kill();
        child.wait().unwrap();
        for text in &asked.lock().unwrap()[before..] {
            let number = text.rsplit_once("Note ").unwrap().1.trim_end_matches('.').to_owned();
            assert!(!finished.contains(&format!("a{number}")), "a{number} was asked for again");
        }
    }
    let ran = coach.run(&command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let undisturbed =
        coach.run(&["grade", "a.jsonl", "-o", "u.jsonl", "--config", "config.toml", "--no-cache"]);
    assert_eq!(undisturbed.code, 0, "{}", undisturbed.stderr);
    let (mut resumed, mut undisturbed) = (coach.grades("g.jsonl"), coach.grades("u.jsonl"));
    // How long a server took is the one thing that two runs do not share.
    for grade in resumed.iter_mut().chain(&mut undisturbed) {
        grade["usage"]["latency_ms"] = Value::Null;
    }
    assert!(by_id(resumed) == by_id(undisturbed));
}

#[test]
fn interrupted_once_it_finishes_what_it_began_and_takes_nothing_more() {
    let count = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&count);
    let fake = FakeEndpoint::start(move |request| {
        counts.fetch_add(1, Ordering::SeqCst);
        sound(request).after(Duration::from_millis(if request.number < 16 { 0 } else { 400 }))
    });
    let coach = configured(&fake);
    coach.write("a.jsonl", answers(200));
    let mut child = coach.command(&GRADE).stderr(Stdio::piped()).spawn().unwrap();
    wait_until(&mut child, || count.load(Ordering::SeqCst) >= 24);
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("Finishing what was begun"), "{stderr}");
    assert!(stderr.contains("hint: run the same command again to go on"), "{stderr}");
    assert_eq!(coach.grades("g.jsonl").len(), 24, "all that was asked for, and nothing else");
}

/// A shell that limits the size of files, as a full disk would.
fn with_small_files(coach: &Coach, arguments: &[&str]) -> std::process::Output {
    let program = coach.command(arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]).arg(program.get_program());
    shell.args(program.get_args()).current_dir(coach.folder()).env("COACH_HOME", coach.path("home"));
    shell.output().unwrap()
}

#[test]
fn a_full_disk_leaves_whole_lines_and_the_next_run_goes_on() {
    let coach = Coach::new();
    coach.write(
        "a.jsonl",
        (0..100).map(|at| answer(&format!("a{at}"), "surprisal", TEXT)).collect::<String>(),
    );
    let command = ["grade", "a.jsonl", "-o", "g.jsonl", "--judge", "built-in"];
    let output = with_small_files(&coach, &command);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write to g.jsonl"), "{stderr}");
    let written = coach.grades("g.jsonl").len();
    assert!((1..100).contains(&written), "{written}");
    assert!(coach.read("g.jsonl").ends_with('\n'));
    assert_eq!(coach.run(&command).code, 0);
    assert_eq!(coach.grades("g.jsonl").len(), 100);
}

#[test]
fn a_report_that_finds_no_room_leaves_the_old_one() {
    let coach = Coach::new();
    let many = (0..100).map(|at| answer(&format!("a{at}"), "surprisal", TEXT));
    coach.write("a.jsonl", many.collect::<String>());
    assert_eq!(coach.run(&["grade", "a.jsonl", "-o", "g.jsonl", "--judge", "built-in"]).code, 0);
    coach.write("real.html", "the old one");
    std::os::unix::fs::symlink("real.html", coach.path("r.html")).unwrap();
    let command = ["report", "g.jsonl", "-o", "r.html"];
    let output = with_small_files(&coach, &command);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write r.html"), "{stderr}");
    assert_eq!(coach.read("real.html"), "the old one");
    assert_eq!(coach.run(&command).code, 0);
    assert!(coach.read("real.html").contains("</html>"), "where the link leads");
    let left: Vec<_> = std::fs::read_dir(coach.folder()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".tmp")), "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let coach = Coach::new();
    coach.write("a.jsonl", answer("a", "surprisal", TEXT));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = coach.command(&["grade", "a.jsonl"]).stdout(full).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("cannot write to standard output: No space left"), "{stderr}");
    assert!(stderr.contains("hint: free some space"), "{stderr}");
}
