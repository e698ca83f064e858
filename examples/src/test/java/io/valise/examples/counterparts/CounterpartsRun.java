package io.valise.examples.counterparts;

import io.valise.examples.objects.Counter;
import io.valise.examples.objects.CounterService;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.services.files.FileAccessManifest;
import io.valise.ipc.services.files.PublisherFolder;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.loopback.LoopbackManifest.Direction;
import io.valise.ipc.services.objects.ObjectActivator;
import io.valise.ipc.services.settings.SettingsHive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A process that runs methods of {@link Counterparts} and prints a line for each. */
final class CounterpartsRun {
    private final Path folder;

    private CounterpartsRun(Path folder) {
        this.folder = folder;
    }

    /** Arguments: a folder of its own, then the names of methods. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        CounterpartsRun run = new CounterpartsRun(Path.of(arguments[0]));
        for (int i = 1; i < arguments.length; i++) {
            System.out.println(arguments[i] + ": " + run.run(arguments[i]));
        }
        System.exit(0); // their servers run on
    }

    private Object run(String method) throws IOException, InterruptedException {
        return switch (method) {
            case "message" -> Counterparts.message().keys();
            case "remoteObjects" -> remoteObjects();
            case "activation" -> activation();
            case "files" -> files();
            case "consent" -> consent();
            case "publisherFolder" -> publisherFolder();
            case "durableFiles" -> durableFiles();
            case "sharedFiles" -> sharedFiles();
            case "helper" -> helper();
            case "launchForResult" -> Counterparts.launchForResult();
            case "launchUri" -> launchUri();
            case "loopbackRules" -> loopbackRules();
            case "loopbackManifest" -> loopbackManifest();
            case "namedPipe" -> namedPipe();
            case "settings" -> settings();
            case "subKeys" -> subKeys();
            case "access" -> access();
            case "derivedId" -> derivedId();
            case "revocation" -> revocation();
            case "sharedMemory" -> sharedMemory();
            case "namedObjects" -> "abandoned=" + Counterparts.namedObjects();
            case "runtime" -> runtime();
            default -> throw new IllegalArgumentException("method: " + method);
        };
    }

    private static String remoteObjects() {
        try (IpcConnection counters = IpcClient.connect("pipe:counters")) {
            Counterparts.remoteObjects(IpcServer.builder("local:counters"), CounterpartsRun::none, counters);
            return "counted";
        }
    }

    private static String activation() {
        try (ObjectActivator objects = ObjectActivator.open(client -> client.connectTimeout(Duration.ofSeconds(20)))) {
            return "sum " + Counterparts.activation(objects).sum();
        }
    }

    private static String subKeys() {
        try (SettingsHive settings = SettingsHive.open(AppIdentity.open("acme", "editor"))) {
            Counterparts.subKeys(settings);
            return settings.key("view").keys().toString();
        }
    }

    /** Of the server that is not started. */
    private static Counter none(String name) {
        throw new UnsupportedOperationException(name);
    }

    private String files() throws IOException {
        Files.writeString(folder.resolve("june"), "profits");
        Counterparts.files(folder, folder.resolve("june").toString());
        return "opened";
    }

    private String consent() {
        AppIdentity editor = AppIdentity.open("acme", "editor");
        int before = Counterparts.consent(editor, folder).roots().size();
        FileAccessManifest.allow(editor.id());
        return before + ", then " + FileAccessManifest.policy(editor).roots().size();
    }

    private static String publisherFolder() throws IOException {
        AppIdentity editor = AppIdentity.open("acme", "editor");
        Counterparts.publisherFolder(editor);
        return PublisherFolder.open(editor, "fonts").list().toString();
    }

    private String durableFiles() throws IOException {
        Path report = Files.writeString(folder.resolve("left"), "what it says");
        return Counterparts.durableFiles(AppIdentity.open("acme", "editor"), report).length + " bytes";
    }

    private String sharedFiles() throws IOException {
        Path report = Files.writeString(folder.resolve("report"), "what it says");
        SharedFiles files = new SharedFiles();
        try (IpcServer server = files.addTo(IpcServer.builder("pipe:files")).start();
                IpcConnection connection =
                        IpcClient.connect(server.endpoints().get(0).toString())) {
            return Counterparts.sharedFiles(files, report, connection).length + " bytes";
        }
    }

    private static ValueSet helper() {
        try (IpcConnection helper = Counterparts.helper(AppIdentity.open("acme", "editor"))) {
            return helper.request("check", ValueSet.of("text", "helo"));
        }
    }

    private String launchUri() throws IOException {
        Path photo = Files.writeString(folder.resolve("photo"), "pixels");
        return Counterparts.launchUri(AppIdentity.open("acme", "editor"), new SharedFiles(), photo).length + " bytes";
    }

    private static String loopbackRules() {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        Counterparts.loopbackRules(AppIdentity.open("acme", "reader"), quotes.id());
        return "connected";
    }

    private static String loopbackManifest() {
        String quotesId = AppIdentity.open("acme", "quotes").id();
        AppIdentity reader = AppIdentity.open("acme", "reader");
        LoopbackManifest.update(reader.id(), manifest -> manifest.with(Direction.OUT, side -> side.allowing(quotesId)));
        Counterparts.loopbackManifest(reader);
        return "connected";
    }

    private static String derivedId() {
        IpcServer.Builder server = IpcServer.builder("pipe:derived").service("price", request -> null);
        Counterparts.derivedId(server);
        try (IpcServer started = server.start();
                IpcConnection reader = IpcClient.builder("pipe:derived")
                        .identity(AppIdentity.open("acme", "reader"))
                        .connect()) {
            reader.request("price", ValueSet.empty());
            return "admitted at " + started.endpoints().get(0);
        }
    }

    private static String revocation() {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        List<String> ids = List.of(
                AppIdentity.open("acme", "reader").id(),
                AppIdentity.open("acme", "viewer").id());
        Counterparts.revocation(quotes, ids, Instant.now().plus(Duration.ofDays(1)));
        return IssuedGrants.of(quotes).revoked().size() + " revoked";
    }

    private static String namedPipe() {
        Counterparts.namedPipe();
        return "served";
    }

    private static String settings() throws IOException {
        AppIdentity editor = AppIdentity.open("acme", "editor");
        Counterparts.settings(editor);
        try (SettingsHive again = SettingsHive.open(editor)) {
            return String.valueOf(again.get("theme").orElseThrow());
        }
    }

    private String access() {
        Path grant = folder.resolve("reader.grant");
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        String readerId = AppIdentity.open("acme", "reader").id();
        Instant expires = Instant.now().plus(Duration.ofDays(1));
        Counterparts.access(IpcServer.builder("local:guarded"), quotes, readerId, expires, grant);
        return CapabilityGrant.read(grant).capability();
    }

    private static String sharedMemory() {
        try (IpcConnection viewer = IpcClient.connect("pipe:counters")) {
            Counterparts.sharedMemory(viewer, new byte[] {1, 2, 3});
            return "shown";
        }
    }

    private static String runtime() {
        Counterparts.runtime();
        return "done";
    }

    /** What the other process serves. */
    static IpcServer.Builder others() {
        IpcServer.Builder server = IpcServer.builder("pipe:counters");
        new CounterService().offer(server);
        return server;
    }
}
