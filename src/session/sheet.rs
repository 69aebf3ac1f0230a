//! The answer in the making and its draft on disk. Practising goes on where no draft can be kept.

use super::Kept;
use crate::bank::{QuestionId, Rubric};
use crate::error::{Error, Result};
use crate::store::{Draft, Drafts};
use crate::terminal::{Terminal, edit_in_editor};

/// One answer in the making.
#[derive(Debug)]
pub struct Sheet {
    question: QuestionId,
    text: String,
    draft: Option<Draft>,
    /// The text that is in the history, once there is one.
    settled: Option<String>,
    /// Why the draft is not what the text is, if it is not.
    fault: Option<Error>,
}

impl Sheet {
    /// A blank sheet for an answer to the rubric's question.
    pub fn blank(rubric: &Rubric, drafts: Option<&Drafts>) -> Self {
        let draft = drafts.map(|drafts| drafts.start(&rubric.id));
        Self { question: rubric.id.clone(), text: String::new(), draft, settled: None, fault: None }
    }

    /// A sheet that an earlier session left behind.
    pub fn left_behind(rubric: &Rubric, draft: Draft) -> Self {
        let text = draft.text().to_owned();
        Self { question: rubric.id.clone(), text, draft: Some(draft), settled: None, fault: None }
    }

    /// What has been written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text is now this; it is on disk, if it can be, when this returns.
    pub fn keep(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.fault = self.draft.as_mut().and_then(|draft| draft.replace(text).err());
    }

    /// Lets the user write in their own editor; what they save is the text.
    pub fn edit(&mut self) -> Result<()> {
        let Some(draft) = &mut self.draft else {
            return Err(Error::failed("an editor needs a file, and no draft can be kept"));
        };
        let edited = edit_in_editor(draft.path()?);
        // An editor that failed may have saved before.
        draft.reread()?;
        draft.text().clone_into(&mut self.text);
        edited
    }

    /// The text has its critique.
    pub fn settle(&mut self, kept: Kept) {
        self.settled = match kept {
            Kept::InHistory => Some(self.text.clone()),
            Kept::Nowhere => None,
        };
    }

    /// Whether nothing would be lost without the draft: it has no words, or they are in the history.
    pub fn is_done(&self) -> bool {
        self.text.trim().is_empty() || self.settled.as_ref() == Some(&self.text)
    }

    /// Tells the user how to go on with the draft, or that it is lost.
    pub fn say_where(&self, terminal: &Terminal) {
        if let Some(fault) = &self.fault {
            terminal.explain(fault);
        } else if self.draft.is_some() && !self.text.trim().is_empty() {
            terminal.notice(&format!("Your draft is kept. Go on with it: coach practice {}", self.question));
        }
    }

    /// The draft is no longer wanted.
    pub fn discard(self, terminal: &Terminal) {
        if let Some(fault) = self.draft.and_then(|draft| draft.remove().err()) {
            terminal.explain(&fault);
        }
    }
}
