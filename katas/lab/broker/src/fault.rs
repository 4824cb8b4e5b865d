use explorer::Harm;

/// Something that goes wrong with one step of the in-process [`crate::Broker`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// At a delivery: the producer did not get its confirm and has published the message again.
    /// The copy has the same id, stands at the end of the queue and is not marked as redelivered.
    Duplicate,
    /// At a delivery: the second message comes before the first.
    Reorder,
    /// At a delivery: the connection is lost instead. What is unacked goes back.
    Disconnect,
    /// At a delivery: the messages are sent and do not arrive, since the connection is lost. They
    /// go back, and the broker has counted.
    LostDelivery,
    /// At an ack or nack: it is sent and does not arrive, since the connection is lost. The caller
    /// hears of it at its next step.
    LostAck,
    /// At an ack or nack: it arrives, and then the connection is lost. The caller cannot tell it
    /// from [`Fault::LostAck`].
    LateLoss,
    /// At a publish: the message is there, and the confirm is lost.
    LostConfirm,
    /// At a publish: the connection is lost before the message arrives.
    LostPublish,
    /// At a publish: the broker refuses.
    Refuse,
}

/// What a lane asks of the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Publish,
    Deliver,
    Settle,
}

impl Fault {
    pub(crate) fn fits(self, kind: Kind) -> bool {
        match self {
            Self::Duplicate | Self::Reorder | Self::Disconnect | Self::LostDelivery => {
                kind == Kind::Deliver
            }
            Self::LostAck | Self::LateLoss => kind == Kind::Settle,
            Self::LostConfirm | Self::LostPublish | Self::Refuse => kind == Kind::Publish,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "and a copy of it comes later",
            Self::Reorder => "out of order",
            Self::Disconnect => "the connection is lost",
            Self::LostDelivery | Self::LostAck => "it does not arrive, the connection is lost",
            Self::LateLoss => "and then the connection is lost",
            Self::LostConfirm => "its confirm is lost",
            Self::LostPublish => "it does not arrive",
            Self::Refuse => "the broker refuses",
        }
    }
}

/// How a step goes wrong that the explorer has chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// In one of the broker's own ways.
    Broker(Fault),
    /// The process of the lane dies, before the effect or after it.
    Dies(Harm),
}

impl Wrong {
    /// What a harm that the scenario allows is at this step.
    pub fn of(harm: Harm, kind: Kind) -> Option<Self> {
        let fault = match (harm, kind) {
            (Harm::DiesBefore | Harm::DiesAfter, _) => return Some(Self::Dies(harm)),
            // A broker serves no request.
            (Harm::HangsUpBefore | Harm::HangsUpAfter, _) => return None,
            (Harm::LostBefore, Kind::Deliver) => Fault::Disconnect,
            (Harm::LostBefore, Kind::Settle) => Fault::LostAck,
            (Harm::LostBefore, Kind::Publish) => Fault::LostPublish,
            (Harm::LostAfter, Kind::Deliver) => Fault::LostDelivery,
            (Harm::LostAfter, Kind::Settle) => Fault::LateLoss,
            (Harm::LostAfter, Kind::Publish) => Fault::LostConfirm,
        };
        Some(Self::Broker(fault))
    }

    /// As the explorer shows it.
    pub fn told(self) -> explorer::Fault {
        match self {
            Self::Broker(fault) => explorer::Fault { name: fault.name(), harm: Harm::LostBefore },
            Self::Dies(harm) => harm.into(),
        }
    }
}
