package io.valise.ipc.redeploy.app;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.runtime.IpcRuntime;
import io.valise.ipc.runtime.VersionRange;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.services.objects.RemoteObject;
import io.valise.ipc.services.objects.RemoteObjects;
import io.valise.ipc.services.settings.SettingsHive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Uses the services module over one address, and closes all of it. */
final class Services {
    private static final String COUNT = "count";

    private final String address;
    private final SharedFiles files = new SharedFiles();

    Services(String address) {
        this.address = address;
    }

    void use() throws Exception {
        try (IpcRuntime runtime =
                IpcRuntime.initialize(VersionRange.parse("[0.1,1)"), Set.of(IpcRuntime.Option.NONE))) {
            expect(!runtime.findings().transports().isEmpty(), "transports");
            useSettings();
            try (IpcServer server = server();
                    IpcConnection client = IpcClient.connect(address)) {
                useObjects(client);
                useFiles(client);
                expect(
                        address.startsWith("local:")
                                || !ServiceCatalog.ofThisUser().running().isEmpty(),
                        "servers");
            }
        }
        try (AppServiceHost host =
                        AppServiceHost.inThisProcess("hosted", server -> server.service(COUNT, r -> r.message()));
                IpcConnection client = IpcClient.connect("local:hosted")) {
            expect(!host.endpoints().isEmpty(), "endpoints");
            client.request(COUNT, ValueSet.of(COUNT, 1));
        }
    }

    private IpcServer server() {
        IpcServer.Builder server = IpcServer.builder(address);
        RemoteObjects.export(Counter.class, new CallingCounter()).addTo(server);
        return files.addTo(server).start();
    }

    private static void useObjects(IpcConnection client) throws Exception {
        AtomicInteger told = new AtomicInteger();
        Counter counter = RemoteObjects.of(client).remote(Counter.class);
        expect(counter.add(2, told::set) == 2, "the counter");
        expect(told.get() == 2, "the listener");
        RemoteObject.of(counter).close();
    }

    private void useFiles(IpcConnection client) throws IOException {
        Path file = Files.createTempFile("shared", ".bin");
        try {
            byte[] content = new byte[100_000];
            Arrays.fill(content, (byte) 7);
            Files.write(file, content);
            try (SharedFile shared = SharedFiles.redeem(client, files.add(file))) {
                expect(Arrays.equals(content, shared.readAll()), "the file");
            }
        } finally {
            Files.delete(file);
        }
    }

    private static void useSettings() throws InterruptedException {
        CountDownLatch changed = new CountDownLatch(1);
        try (SettingsHive settings = SettingsHive.open(AppIdentity.open("acme", "redeployed"))) {
            settings.revert(COUNT);
            settings.watch(change -> changed.countDown());
            settings.put(COUNT, 1);
            expect(changed.await(20, TimeUnit.SECONDS), "the change");
        }
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(what);
        }
    }

    /** Counts, and calls back. */
    public interface Counter {
        /** Adds, and returns the sum after the listener was told. */
        int add(int number, Listener listener);
    }

    /** Is told. */
    public interface Listener {
        /** Tells of a sum. */
        void told(int sum);
    }

    private static final class CallingCounter implements Counter {
        private int sum;

        @Override
        public synchronized int add(int number, Listener listener) {
            sum += number;
            listener.told(sum);
            return sum;
        }
    }
}
