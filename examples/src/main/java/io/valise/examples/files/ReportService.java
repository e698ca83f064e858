package io.valise.examples.files;

import io.valise.ipc.IpcServer;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.services.files.FileAccessPolicy;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.services.hosting.AppService;
import io.valise.ipc.services.hosting.AppServiceHost;
import java.io.IOException;
import java.nio.file.Path;

/** A service that lets its clients have files from one folder, and no others. */
public final class ReportService implements AppService {
    private final Path reports;
    private final SharedFiles files;

    ReportService(Path reports) throws IOException {
        this.reports = reports;
        this.files = new SharedFiles(new FileAccessPolicy(reports));
    }

    @Override
    public void offer(IpcServer.Builder server) {
        files.addTo(server).service("report", this::report);
    }

    private ValueSet report(Request request) throws IOException {
        Path asked = reports.resolve(request.message().getString("name")); // "../secret" is ACCESS_DENIED
        return ValueSet.of("token", files.add(asked));
    }

    /** Serves the reports in a folder. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        AppServiceHost.run("reports", new ReportService(Path.of(arguments[0])));
    }
}
