//! What is measured, and how it is shown.

mod server;

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use interview_coach::bank::{Bank, Rubric};
use nix::sys::resource::{UsageWho, getrusage};
use serde_json::json;

/// Every answer quotes this, so that one critique serves for all.
const QUOTED: &str = "Surprisal is minus the logarithm of the probability.";
const QUESTION: &str = "surprisal";
/// Words of an answer, as in `built_in`.
const WORDS: usize = 150;
const LATENCIES: [Duration; 2] = [Duration::from_millis(200), Duration::ZERO];
const AT_ONCE: [usize; 3] = [32, 256, 1024];
/// Rounds of requests at 200 ms; fewer would show the first and the last round more than the others.
const ROUNDS: usize = 40;
const ANSWERS_WITHOUT_LATENCY: usize = 20_000;

pub(crate) fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |at: usize| arguments[at].parse().expect("a number");
    match arguments.first().map(String::as_str) {
        Some("serve") => server::serve(Duration::from_millis(number(1)), &reply()),
        Some("load") => {
            let body = std::fs::read(&arguments[2]).expect("a body");
            server::load(&arguments[1], &body, number(3) as usize, number(4) as usize);
        }
        Some("endpoint") => endpoint(),
        Some("built-in") => built_in(),
        Some("memory") => memory(),
        Some("start") => start(),
        Some(_) | None => {
            start();
            built_in();
            memory();
            endpoint();
        }
    }
}

fn rubric() -> Rubric {
    let bank = Bank::shipped().expect("shipped rubrics are valid");
    Rubric::clone(bank.rubric(QUESTION).expect("a shipped rubric"))
}

/// A critique as a model gives it, of a usual length.
fn reply() -> String {
    let rating = json!({
        "quotes": [QUOTED], "key_points": {"1": true, "2": false, "3": false, "4": false}, "level": 1,
        "reason": "It gives the definition and stops there, without units or an example.",
        "advice": "Say in which unit it is measured, and work out one number.",
    });
    let ratings: serde_json::Map<String, serde_json::Value> =
        rubric().criteria.iter().map(|criterion| (criterion.id.to_string(), rating.clone())).collect();
    let critique = json!({"ratings": ratings, "mistakes": []}).to_string();
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "mock",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": critique}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3000, "completion_tokens": 400, "total_tokens": 3400},
    })
    .to_string()
}

/// A file of different answers of about so many words.
fn write_answers(path: &Path, count: usize, words: usize) {
    let rubric = rubric();
    let said: Vec<&str> =
        rubric.exemplars.iter().flat_map(|exemplar| exemplar.answer.split_inclusive(". ")).collect();
    let mut file = BufWriter::new(File::create(path).expect("a folder to write to"));
    for number in 0..count {
        let mut text = format!("{QUOTED} This is answer {number}. ");
        for sentence in said.iter().cycle().skip(number * 7 % said.len()) {
            if text.split_whitespace().count() >= words {
                break;
            }
            text.push_str(sentence);
        }
        let line = json!({"id": format!("answer-{number}"), "question": QUESTION, "answer": text});
        writeln!(file, "{line}").expect("room on the disk");
    }
}

/// A mock server, until dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(latency: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["serve", &latency.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a server");
        let mut address = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut address).expect("an address");
        Self { child, address: address.trim().to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// What a process took.
struct Took {
    time: Duration,
    cpu: Duration,
    peak_megabytes: f64,
}

/// Runs a command to its end. CPU is that of children that have ended meanwhile, so no other may end.
fn run(command: &mut Command) -> Took {
    let cpu = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system tells");
        let of = |time: nix::sys::time::TimeVal| {
            Duration::from_secs(time.tv_sec().unsigned_abs())
                + Duration::from_micros(time.tv_usec().unsigned_abs())
        };
        of(usage.user_time()) + of(usage.system_time())
    };
    let (before, started) = (cpu(), Instant::now());
    let mut child = command.spawn().expect("the program");
    let status = format!("/proc/{}/status", child.id());
    let mut peak_megabytes = 0.0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("a child") {
            break ended;
        }
        peak_megabytes = peak(&status).unwrap_or(peak_megabytes);
        std::thread::sleep(Duration::from_millis(2));
    };
    let time = started.elapsed();
    assert!(ended.success(), "{command:?} ended with {ended}");
    Took { time, cpu: cpu().saturating_sub(before), peak_megabytes }
}

/// The most memory that a process has had, from Linux; elsewhere nothing.
fn peak(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn coach(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coach"));
    command.current_dir(folder).env_clear().env("COACH_HOME", folder.join("home")).env("HOME", folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut times: Vec<Duration> =
        (0..20).map(|_| run(coach(folder.path()).args(["list", "--json"])).time).collect();
    times.sort_unstable();
    println!("start-up: `coach list` takes {:.0} ms (median of 20)", times[10].as_secs_f64() * 1e3);
    write_answers(&folder.path().join("a.jsonl"), 1, WORDS);
    let one = run(coach(folder.path()).args(["grade", "a.jsonl", "--judge", "built-in"]));
    println!("start-up: one answer graded by the built-in judge in {:.0} ms", one.time.as_secs_f64() * 1e3);
}

fn built_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = 50_000;
    write_answers(&folder.path().join("a.jsonl"), count, WORDS);
    let took = run(coach(folder.path()).args(["grade", "a.jsonl", "-o", "g.jsonl", "--judge", "built-in"]));
    println!(
        "built-in: {count} answers of {WORDS} words in {:.2} s: {:.0} answers/s, {:.0} us of CPU each",
        took.time.as_secs_f64(),
        count as f64 / took.time.as_secs_f64(),
        took.cpu.as_secs_f64() * 1e6 / count as f64,
    );
}

fn memory() {
    let folder = tempfile::tempdir().expect("a folder");
    for count in [10_000, 100_000, 1_000_000] {
        // What is held does not depend on their length; short ones take less time.
        write_answers(&folder.path().join("a.jsonl"), count, 20);
        let _ = std::fs::remove_file(folder.path().join("g.jsonl"));
        let open = || File::open(folder.path().join("a.jsonl")).expect("the answers");
        let mut filter = coach(folder.path());
        filter.args(["grade", "-", "-o", "-", "--judge", "built-in"]).stdin(open());
        let filtered = run(&mut filter);
        let to_file = ["grade", "a.jsonl", "-o", "g.jsonl", "--judge", "built-in"];
        let written = run(coach(folder.path()).args(to_file));
        let again = run(coach(folder.path()).args(to_file));
        println!(
            "memory: {count:>9} answers: {:.1} MB as a filter, {:.1} MB into a file, {:.1} MB resumed when done; {:.1} s",
            filtered.peak_megabytes,
            written.peak_megabytes,
            again.peak_megabytes,
            filtered.time.as_secs_f64(),
        );
    }
}

fn endpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let body = folder.path().join("body.json");
    std::fs::write(&body, captured_body(folder.path())).expect("room on the disk");
    println!(
        "endpoint: {} bytes a request, {} bytes a reply",
        std::fs::read(&body).expect("a body").len(),
        reply().len()
    );
    println!("latency  at once  answers           who     time  of ideal  answers/s  CPU/answer");
    for latency in LATENCIES {
        for at_once in AT_ONCE {
            let count = if latency.is_zero() { ANSWERS_WITHOUT_LATENCY } else { at_once * ROUNDS };
            write_answers(&folder.path().join("a.jsonl"), count, WORDS);
            let server = Server::start(latency);
            let mut bare = Command::new(std::env::current_exe().expect("this program"));
            bare.args(["load", &server.address]).arg(&body).args([count.to_string(), at_once.to_string()]);
            show(latency, at_once, count, "bare loop", &run(&mut bare));
            // A judge that failed the competence gate is asked with an estimate, which is the built-in judge's work.
            for (who, flags, estimate) in [
                ("coach", &[][..], false),
                ("--no-cache", &["--no-cache"], false),
                ("estimate", &["--no-cache"], true),
            ] {
                let took = run(&mut grading(folder.path(), &server, at_once, flags, estimate));
                show(latency, at_once, count, who, &took);
            }
        }
    }
}

fn grading(folder: &Path, server: &Server, at_once: usize, flags: &[&str], estimate: bool) -> Command {
    let _ = std::fs::remove_file(folder.join("g.jsonl"));
    let _ = std::fs::remove_dir_all(folder.join("home"));
    // What earlier runs left to be written would otherwise be written, and paid for, during this one.
    let _ = Command::new("sync").status();
    let judge =
        format!("base_url = \"http://{}/v1\"\nmodel = \"mock\"\nestimate = {estimate}", server.address);
    std::fs::write(folder.join("c.toml"), format!("judge = \"mock\"\n[judges.mock]\n{judge}\n"))
        .expect("room on the disk");
    let mut command = coach(folder);
    command.args(["grade", "a.jsonl", "-o", "g.jsonl", "--config", "c.toml"]);
    command.args(["--concurrency", &at_once.to_string()]).args(flags);
    command
}

fn show(latency: Duration, at_once: usize, count: usize, who: &str, took: &Took) {
    let ideal = count as f64 * latency.as_secs_f64() / at_once as f64;
    let of_ideal =
        if latency.is_zero() { "-".to_owned() } else { format!("{:.3}", took.time.as_secs_f64() / ideal) };
    println!(
        "{:>4} ms  {at_once:>7}  {count:>7}  {who:>12}  {:>6.2} s  {of_ideal:>8}  {:>9.0}  {:>7.0} us",
        latency.as_millis(),
        took.time.as_secs_f64(),
        count as f64 / took.time.as_secs_f64(),
        took.cpu.as_secs_f64() * 1e6 / count as f64,
    );
}

/// The body of a request that the program makes: it is asked once to send one here.
fn captured_body(folder: &Path) -> Vec<u8> {
    use std::io::Read as _;
    write_answers(&folder.join("a.jsonl"), 1, WORDS);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    let mut command = coach(folder);
    command.env("OPENAI_BASE_URL", format!("http://{address}/v1")).env("COACH_MODEL", "mock");
    let mut child = command.args(["grade", "a.jsonl", "--no-cache"]).spawn().expect("the program");
    let (socket, _) = listener.accept().expect("a request");
    let mut socket = BufReader::new(socket);
    let mut length = 0;
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).expect("a head");
        if let Some(number) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().expect("a length");
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).expect("a body");
    let _ = child.kill();
    let _ = child.wait();
    body
}
