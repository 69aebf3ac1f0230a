//! The terminal held in one mode while an answer is written.

/// Restores the terminal when dropped.
pub(super) struct HeldTerminal {
    #[cfg(unix)]
    before: nix::sys::termios::Termios,
}

impl HeldTerminal {
    /// Stops the terminal from collecting, echoing and interpreting keys by itself: it would keep no more than
    /// 4096 bytes of a pasted line. `None` where there is nothing to hold.
    #[cfg(unix)]
    pub(super) fn hold() -> Option<Self> {
        use nix::sys::termios::{InputFlags, LocalFlags, SetArg, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).ok()?;
        let mut held = before.clone();
        held.local_flags
            .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
        held.input_flags.remove(InputFlags::ICRNL | InputFlags::IXON);
        tcsetattr(std::io::stdin(), SetArg::TCSADRAIN, &held).ok()?;
        Some(Self { before })
    }

    /// Elsewhere the line editor's own mode does.
    #[cfg(not(unix))]
    pub(super) fn hold() -> Option<Self> {
        None
    }
}

/// How long the terminal waits for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// As long as it takes.
    Endless,
    /// A tenth of a second; then its input counts as ended. What is pasted comes far faster.
    Brief,
}

/// Makes the terminal wait for so long from here on, until it is set to another mode. Where it cannot, it waits
/// without end.
#[cfg(unix)]
pub(super) fn wait(wait: Wait) {
    use nix::sys::termios::{SetArg, SpecialCharacterIndices as Index, tcgetattr, tcsetattr};
    let Ok(mut mode) = tcgetattr(std::io::stdin()) else { return };
    let (least_bytes, tenths) = match wait {
        Wait::Endless => (1, 0),
        Wait::Brief => (0, 1),
    };
    mode.control_chars[Index::VMIN as usize] = least_bytes;
    mode.control_chars[Index::VTIME as usize] = tenths;
    // A terminal that has gone away is noticed by whoever reads from it.
    let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &mode);
}

#[cfg(not(unix))]
pub(super) fn wait(_: Wait) {}

#[cfg(unix)]
impl Drop for HeldTerminal {
    fn drop(&mut self) {
        use nix::sys::termios::{SetArg, tcsetattr};
        // Nothing can be done about a terminal that has gone away.
        let _ = tcsetattr(std::io::stdin(), SetArg::TCSADRAIN, &self.before);
    }
}
