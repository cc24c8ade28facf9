//! What the events about orders make of them.

use crate::decide::Needs;
use crate::events::{OrderCanceled, OrderCreated, OrderFulfilled, OrderShipped, OrderUpdated};
use crate::order::{Order, OrderAction, OrderState, Shipment};
use crate::patch::Change;
use crate::replay::{Gap, Past, Replay};

impl Replay for OrderCreated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.order);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        past.put(Order {
            id: self.order,
            sequence: past.sequence,
            number: self.number.clone(),
            quote: self.quote,
            opportunity: self.opportunity,
            customer: self.customer,
            currency: self.currency,
            buyer: self.buyer.clone(),
            lines: self.lines.clone(),
            header: self.header.clone(),
            totals: self.totals.clone(),
            payment_terms: self.payment_terms,
            deliver_to: self.deliver_to.clone(),
            delivery_terms: self.delivery_terms.clone(),
            purchase_order: self.purchase_order.clone(),
            shipments: Vec::new(),
            state: OrderState::Active,
        });
        Ok(())
    }
}

impl Replay for OrderShipped {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.order);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let mut order = past.known(self.order)?.apply(&OrderAction::Ship)?;
        for shipped in &self.lines {
            let line = order.lines.iter_mut().find(|line| line.line.id == shipped.line);
            if let Some(line) = line {
                line.quantity_shipped += shipped.quantity;
            }
        }
        order.shipments.push(Shipment {
            id: self.shipment,
            reference: self.reference.clone(),
            at: past.at,
            lines: self.lines.clone(),
        });
        past.put(Order { sequence: past.sequence, ..order });
        Ok(())
    }
}

impl Replay for OrderFulfilled {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.order);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let fulfil = OrderAction::Fulfil { at: past.at, partial: self.partial };
        let order = past.known(self.order)?.apply(&fulfil)?.rest_canceled();
        past.put(Order { sequence: past.sequence, ..order });
        Ok(())
    }
}

impl Replay for OrderCanceled {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.order);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let cancel = OrderAction::Cancel { at: past.at };
        let order = past.known(self.order)?.apply(&cancel)?.rest_canceled();
        past.put(Order { sequence: past.sequence, ..order });
        Ok(())
    }
}

impl Replay for OrderUpdated {
    fn needs(&self, needs: &mut Needs) {
        needs.lock(self.order);
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let order = past.known(self.order)?.apply(&OrderAction::Update)?;
        let was = order.purchase_order.as_ref();
        let purchase_order = Change::after(self.purchase_order.as_ref(), was);
        past.put(Order { sequence: past.sequence, purchase_order, ..order });
        Ok(())
    }
}
