package io.valise.examples.activation;

import io.valise.ipc.services.objects.ObjectActivator;
import java.time.Duration;

/** A process that has a sheet made, and finds the one that is open. */
public final class SheetClient {
    private SheetClient() {}

    /** Prints two sums. */
    public static void main(String[] arguments) {
        try (ObjectActivator objects = ObjectActivator.open(client -> client.connectTimeout(Duration.ofSeconds(20)))) {
            Sheet sheet = objects.create("acme.Sheet", Sheet.class); // services/sheets.json declares that class
            sheet.set("A1", 2);
            sheet.set("A2", 3);
            System.out.println("sum " + sheet.sum());
            objects.running("budget", Sheet.class).ifPresent(budget -> System.out.println("budget " + budget.sum()));
        }
    }
}
