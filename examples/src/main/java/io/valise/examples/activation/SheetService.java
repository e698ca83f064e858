package io.valise.examples.activation;

import io.valise.ipc.IpcServer;
import io.valise.ipc.services.hosting.AppService;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.services.objects.RunningObject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The process in which the sheets are. */
public final class SheetService implements AppService {
    @Override
    public void offer(IpcServer.Builder server) {
        RemoteObjects.exportClass("acme.Sheet", Sheet.class, MemorySheet::new).addTo(server);
    }

    /** Serves until it was unused for the idle time in its manifest; one sheet is open from the beginning. */
    public static void main(String[] arguments) throws InterruptedException {
        Sheet budget = new MemorySheet();
        budget.set("A1", 100);
        try (RunningObject open = RunningObject.register("budget", Sheet.class, budget)) {
            System.out.println(open.name() + " is open");
            AppServiceHost.run("sheets", new SheetService());
        }
    }

    private static final class MemorySheet implements Sheet {
        private final Map<String, Double> cells = new ConcurrentHashMap<>();

        @Override
        public void set(String cell, double number) {
            cells.put(cell, number);
        }

        @Override
        public double sum() {
            return cells.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }
}
