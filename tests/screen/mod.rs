//! A terminal for the real program: keys go in, and the test waits for what it expects to see.

// Each test file uses its part of this.
#![allow(dead_code)]

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pty_process::Size;
use pty_process::blocking::Pty;

use crate::coach::Coach;

/// Far longer than anything takes, also on a busy machine; only a failing test waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const ENTER: &str = "\r";
pub(crate) const CTRL_C: &str = "\u{3}";
pub(crate) const CTRL_D: &str = "\u{4}";
pub(crate) const CTRL_U: &str = "\u{15}";

/// In front of each line of an answer.
pub(crate) const PROMPT: &str = "> ";
/// The end of every menu.
pub(crate) const MENU: &str = "[q] quit";

/// Practises with the trial rubric.
pub(crate) fn practise(coach: &Coach, arguments: &[&str]) -> Screen {
    Screen::start(coach.command(&[&["practice", "--rubrics", "rubrics"], arguments].concat()))
}

/// Lines and columns of most terminals in these tests.
const USUAL: (u16, u16) = (40, 80);

/// The program on a terminal.
pub(crate) struct Screen {
    pty: Arc<Pty>,
    size: (u16, u16),
    child: Child,
    output: Receiver<Vec<u8>>,
    /// All that was printed, escape sequences included.
    all: Vec<u8>,
    /// How much of it has been looked at.
    seen: usize,
}

impl Screen {
    /// Starts the command on a terminal like most.
    pub(crate) fn start(command: Command) -> Self {
        Self::start_sized(command, USUAL)
    }

    /// Starts the command on a terminal of so many lines and columns.
    pub(crate) fn start_sized(mut command: Command, size: (u16, u16)) -> Self {
        command.env("TERM", "xterm");
        Self::start_with(command, size)
    }

    /// Starts the command on a terminal of the kind that its environment names.
    pub(crate) fn start_as_is(command: Command) -> Self {
        Self::start_with(command, USUAL)
    }

    fn start_with(mut command: Command, size: (u16, u16)) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(size.0, size.1)).unwrap();
        command.env("NO_COLOR", "1").env("PATH", std::env::var_os("PATH").unwrap());
        // What `Coach` set is for runs without a terminal.
        command.env_remove("COLUMNS");
        // The terminal takes the place of all three streams.
        let child = pty_process::blocking::Command::from(command).spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let output = read_on_a_thread(Arc::clone(&pty));
        Self { pty, size, child, output, all: Vec::new(), seen: 0 }
    }

    /// Makes the window another size.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        self.pty.resize(Size::new(size.0, size.1)).unwrap();
        self.size = size;
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Types a line of an answer once it is asked for.
    pub(crate) fn write_line(&mut self, line: &str) {
        self.see(PROMPT);
        self.press(line);
        self.press(ENTER);
    }

    /// Waits until `text` is printed behind what was seen before; gives what came in between.
    pub(crate) fn see(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let unseen = &self.all[self.seen..];
            if let Some(at) = unseen.windows(text.len()).position(|window| window == text.as_bytes()) {
                let between = String::from_utf8_lossy(&unseen[..at]).into_owned();
                self.seen += at + text.len();
                return between;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(printed) => self.all.extend(printed),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{text:?} was not printed. On the screen:\n{}", self.printed())
                }
            }
        }
    }

    /// All that was printed.
    pub(crate) fn printed(&self) -> String {
        String::from_utf8_lossy(&self.all).into_owned()
    }

    /// What a person sees after all that was printed.
    pub(crate) fn shown(&self) -> vt100::Parser {
        let mut terminal = vt100::Parser::new(self.size.0, self.size.1, 0);
        terminal.process(&self.all);
        terminal
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }

    /// Waits until the program ends; how it ended and all that it printed.
    pub(crate) fn end(&mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        while let Ok(printed) = self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            self.all.extend(printed);
        }
        assert!(Instant::now() < deadline, "the program goes on. On the screen:\n{}", self.printed());
        (self.child.wait().unwrap(), self.printed())
    }
}

fn read_on_a_thread(pty: Arc<Pty>) -> Receiver<Vec<u8>> {
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        // The end of the program is an error here on Linux, and the end of the file elsewhere.
        while let Ok(read @ 1..) = (&*pty).read(&mut piece) {
            if sender.send(piece[..read].to_vec()).is_err() {
                break;
            }
        }
    });
    output
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A failed test leaves the program waiting for keys.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
