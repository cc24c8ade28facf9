//! Many small requests to the broker over several throwaway channels, and what it says against
//! them.

use futures_util::future::join_all;
use lapin::{Channel, ErrorKind};
use tokio::time::{Duration, timeout};

use super::exchange::Exchange;
use super::queue::Queue;
use crate::messaging::health::{CALL_TIMEOUT, LinkError};
use crate::messaging::held::Held;
use crate::messaging::settings::BrokerSettings;
use crate::messaging::wire::{Wire, code, words};

/// Channels that work side by side: the broker handles each one's requests one after the other,
/// and a quorum queue takes tens of milliseconds to create.
const CHANNELS: usize = 8;
/// How long one exchange or queue with its bindings may take; a broker that has just started, or
/// creates many queues, is slow.
const DECLARE_TIMEOUT: Duration = Duration::from_secs(60);

/// More than these that are missing are not named one by one.
const MISSING_NAMED_MAX: usize = 5;

const ACCESS_REFUSED: u16 = 403;
const NOT_FOUND: u16 = 404;
const PRECONDITION_FAILED: u16 = 406;

/// What differs between the description and the broker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It does not exist.
    #[error("{what} does not exist on the broker; declare the topology with `leadmill up`.")]
    Missing {
        /// "Queue `x`", with the full name as the broker shows it.
        what: String,
    },
    /// It exists, but not like this.
    #[error(
        "{what} exists with other arguments: {difference}. Set the value back, or let it run \
         empty, delete it on the broker and declare the topology with `leadmill up`."
    )]
    Differs {
        /// "Queue `x`", with the full name as the broker shows it.
        what: String,
        /// The broker's own words: which argument, received and current value.
        difference: String,
    },
    /// It exists, or may be made, but not by this user.
    #[error(
        "{what} may not be declared by this user of the broker: {why}. Declare the topology with \
         `leadmill up` as its owner."
    )]
    Forbidden {
        /// "Queue `x`", with the full name as the broker shows it.
        what: String,
        /// The broker's own words.
        why: String,
    },
    /// It may exist, but this user may not even look.
    #[error(
        "{what} may not be looked at by this user of the broker, so that nobody knows what waits in it: \
         {why}. Give the rights that `leadmill grants rabbitmq` prints, and ask as the user `operator`."
    )]
    Unseen {
        /// "Queue `x`", with the full name as the broker shows it.
        what: String,
        /// The broker's own words.
        why: String,
    },
    /// Something else, in the broker's own words.
    #[error("{what} was refused by the broker: {why}.")]
    Refused {
        /// "Queue `x`", with the full name as the broker shows it.
        what: String,
        /// The broker's own words.
        why: String,
    },
}

/// Why the topology is not as described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TopologyError {
    /// The broker could not be asked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// It was asked, and this is wrong; never empty.
    #[error("{}", sentences(.0))]
    Problems(Vec<Problem>),
}

/// All differences; where everything is missing, one sentence says it.
fn sentences(problems: &[Problem]) -> String {
    let missing = problems.iter().filter(|problem| matches!(problem, Problem::Missing { .. }));
    let missing = missing.count();
    if missing > MISSING_NAMED_MAX && missing == problems.len() {
        return format!(
            "The exchanges and queues are not on the broker ({missing} are missing); declare the \
             topology with `leadmill up`."
        );
    }
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Something with a name on the broker.
pub(super) trait Named {
    const KIND: &'static str;

    fn name(&self) -> &str;

    fn what(&self, settings: &BrokerSettings) -> String {
        format!("{} `{}`", Self::KIND, settings.full(self.name()))
    }
}

impl Named for Queue {
    const KIND: &'static str = "Queue";

    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Exchange {
    const KIND: &'static str = "Exchange";

    fn name(&self) -> &str {
        &self.name
    }
}

/// A connection of its own for a run of requests, so that a refused one, which costs its channel,
/// disturbs nobody.
pub(super) struct Calls<'a> {
    settings: &'a BrokerSettings,
    wire: Wire,
}

impl<'a> Calls<'a> {
    /// Asks the first node that answers.
    pub(super) async fn open(settings: &'a BrokerSettings, name: &str) -> Result<Self, LinkError> {
        let name = settings.full(name);
        let mut first = None;
        for node in settings.turns() {
            match Wire::open(&node, &name).await {
                Ok(wire) => return Ok(Self { settings, wire }),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| LinkError::Settings("`broker.url` is empty.".to_owned())))
    }

    /// Makes the request for each item. Gives the answers in the order of the items, `None` where
    /// the broker refused, and what it said then.
    pub(super) async fn each<I: Named, T>(
        &self,
        items: &[I],
        request: impl AsyncFn(&Channel, &I) -> lapin::Result<T>,
    ) -> Result<(Vec<Option<T>>, Vec<Problem>), LinkError> {
        let request = &request;
        // Dealt like cards, so that slow neighbours (delay queues) go to different channels.
        let hands = (0..CHANNELS.min(items.len())).map(|first| async move {
            let mut channel = self.channel().await?;
            let mut answers = Vec::new();
            for (place, item) in items.iter().enumerate().skip(first).step_by(CHANNELS) {
                let answer = timeout(DECLARE_TIMEOUT, request(&channel, item)).await;
                let answer = answer.map_err(|_| self.silent(&item.what(self.settings)))?;
                let answer = match answer {
                    Ok(answer) => Ok(answer),
                    Err(error) => {
                        let problem = self.problem(item, &error)?;
                        channel = self.channel().await?;
                        Err(problem)
                    }
                };
                answers.push((place, answer));
            }
            Ok::<_, LinkError>(answers)
        });
        let mut answers = Vec::with_capacity(items.len());
        for hand in join_all(hands).await {
            answers.extend(hand?);
        }
        answers.sort_by_key(|(place, _)| *place);
        let mut problems = Vec::new();
        let found = answers
            .into_iter()
            .map(|(_, answer)| answer.map_err(|problem| problems.push(problem)).ok());
        Ok((found.collect(), problems))
    }

    /// Closes the connection. A failure to close is nobody's loss here: nothing was consumed.
    pub(super) async fn finish(self, problems: Vec<Problem>) -> Result<(), TopologyError> {
        self.wire.close().await;
        if problems.is_empty() { Ok(()) } else { Err(TopologyError::Problems(problems)) }
    }

    async fn channel(&self) -> Result<Held, LinkError> {
        let opened = timeout(CALL_TIMEOUT, self.wire.channel()).await;
        opened.map_err(|_| self.silent("A channel"))?.map_err(|error| {
            let address = self.settings.address();
            LinkError::Broken(format!(
                "The broker at {address} refused a channel: {}.",
                words(&error)
            ))
        })
    }

    fn silent(&self, what: &str) -> LinkError {
        let address = self.settings.address();
        LinkError::Broken(format!("{what} was not answered in time by the broker at {address}."))
    }

    fn problem<I: Named>(&self, item: &I, error: &lapin::Error) -> Result<Problem, LinkError> {
        let full = self.settings.full(item.name());
        let what = item.what(self.settings);
        let said = words(error);
        match (code(error), error.kind()) {
            // A binding to a missing exchange answers 404 too, and names that one instead.
            (NOT_FOUND, _) if said.contains(&format!("'{full}'")) => Ok(Problem::Missing { what }),
            (PRECONDITION_FAILED, _) => {
                let difference = said.strip_prefix("PRECONDITION_FAILED - ").unwrap_or(&said);
                Ok(Problem::Differs { what, difference: difference.to_owned() })
            }
            (ACCESS_REFUSED, _) => Ok(Problem::Forbidden { what, why: said }),
            (_, ErrorKind::ProtocolError(_)) => Ok(Problem::Refused { what, why: said }),
            _ => Err(LinkError::Broken(format!(
                "The connection to the broker at {} was lost: {said}.",
                self.settings.address()
            ))),
        }
    }
}
