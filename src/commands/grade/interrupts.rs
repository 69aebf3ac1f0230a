//! Ctrl-C, none of which is missed between two looks.

use crate::error::{Error, Result};

/// Listens for Ctrl-C from the moment it is made.
#[derive(Debug)]
pub(super) struct Interrupts {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
    #[cfg(windows)]
    signal: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    pub(super) fn listen() -> Result<Self> {
        #[cfg(unix)]
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
        #[cfg(windows)]
        let signal = tokio::signal::windows::ctrl_c();
        let signal = signal.map_err(|fault| Error::failed(format!("cannot listen for Ctrl-C: {fault}")))?;
        Ok(Self { signal })
    }

    /// The next Ctrl-C.
    pub(super) async fn next(&mut self) {
        if self.signal.recv().await.is_none() {
            // No more can come.
            std::future::pending::<()>().await;
        }
    }
}
