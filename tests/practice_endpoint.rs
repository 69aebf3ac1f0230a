//! `coach practice` with a model as the judge: a server that streams, one that is silent, one that is dead.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod screen;
mod trial;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};

use coach::Coach;
use nix::sys::signal::Signal;
use screen::{MENU, PATIENCE};
use serde_json::json;
use trial::{EMBEDDINGS, TOKENS, drafts};

/// A configuration with one judge at this address, which is asked once.
fn configure(coach: &Coach, port: u16) {
    let judge =
        format!("[judges.far]\nbase_url = \"http://127.0.0.1:{port}/v1\"\nmodel = \"m\"\nretries = 0\n");
    coach.write("coach.toml", judge);
}

#[test]
fn a_dead_endpoint_costs_nothing_but_the_critique() {
    let coach = trial::coach();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    configure(&coach, free.local_addr().unwrap().port());
    drop(free);
    let arguments = ["two-points", "--config", "coach.toml", "--judge", "far"];
    let mut screen = screen::practise(&coach, &arguments);
    screen.write_line(TOKENS);
    screen.write_line(".");
    screen.see("There is no critique:");
    screen.see(MENU);
    assert_eq!(drafts(&coach), [TOKENS]);
    screen.press("q");
    screen.see("Your draft is kept");
    assert_eq!(screen.end().0.code(), Some(1));

    let mut screen = screen::practise(&coach, &arguments);
    screen.see("[c] continue it");
    screen.press("c");
    screen.write_line(".");
    screen.see("[b] built-in judge");
    screen.press("b");
    screen.see("Score 50.0 of 100");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}

#[test]
fn ctrl_c_while_the_judge_is_at_work_keeps_the_draft() {
    let coach = trial::coach();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    configure(&coach, silent.local_addr().unwrap().port());
    let mut screen = screen::practise(&coach, &["two-points", "--config", "coach.toml", "--judge", "far"]);
    screen.write_line(TOKENS);
    screen.write_line(".");
    // It has asked, and gets no reply.
    let (sender, asked) = channel();
    std::thread::spawn(move || sender.send(silent.accept()));
    let _asked = asked.recv_timeout(PATIENCE).unwrap();
    // What Ctrl-C makes of itself there. Typed, it also empties the terminal's buffer, now and then with what the
    // program says to it.
    screen.signal(Signal::SIGINT);
    screen.see("Your draft is kept");
    assert_eq!(screen.end().0.code(), Some(130));
    assert_eq!(drafts(&coach), [TOKENS]);
}

/// A server that streams the first piece of its reply, and the second once it is told to go on.
fn streaming(pieces: [String; 2]) -> (u16, Sender<()>) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let (go_on, told) = channel();
    std::thread::spawn(move || {
        let (mut connection, _) = server.accept().unwrap();
        read_request(&mut connection);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        connection.write_all(head.as_bytes()).unwrap();
        for piece in pieces {
            let event =
                json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]});
            connection.write_all(format!("data: {event}\n\n").as_bytes()).unwrap();
            told.recv_timeout(PATIENCE).unwrap();
        }
        let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
        connection.write_all(format!("data: {end}\n\ndata: [DONE]\n\n").as_bytes()).unwrap();
    });
    (port, go_on)
}

/// Reads a request to its end, so that closing the connection does not tear the reply.
fn read_request(connection: &mut TcpStream) {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

#[test]
fn a_models_ratings_appear_as_they_are_completed() {
    let coach = trial::coach();
    let rating = |quote: &str, reason: &str| json!({"quotes": [quote], "missing": [], "reason": reason, "level": 1, "advice": ""});
    let first = format!("{{\"ratings\": {{\"tokens\": {}", rating(TOKENS, "The first reason."));
    let second = rating(EMBEDDINGS, "The second \u{1b}[31mreason.");
    let second = format!(", \"embeddings\": {second}}}, \"mistakes\": []}}");
    let (port, go_on) = streaming([first, second]);
    configure(&coach, port);
    let mut screen = screen::practise(&coach, &["two-points", "--config", "coach.toml", "--judge", "far"]);
    screen.write_line(&format!("{TOKENS} {EMBEDDINGS}"));
    screen.write_line(".");
    screen.see("The first reason.");
    go_on.send(()).unwrap();
    screen.see("The second \\u{1b}[31mreason.");
    go_on.send(()).unwrap();
    let closing = screen.see("Score 100.0 of 100, strong");
    assert!(!closing.contains("reason."), "no rating is printed twice: {closing}");
    screen.see("Judged by m (far).");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
}
