package io.valise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.examples.activation.SheetClient;
import io.valise.examples.files.DocumentSearch;
import io.valise.examples.files.FontCache;
import io.valise.examples.files.LeaveReport;
import io.valise.examples.files.ReportReader;
import io.valise.examples.files.ReportService;
import io.valise.examples.files.TakeReport;
import io.valise.examples.named.IndexWriter;
import io.valise.examples.objects.CounterClient;
import io.valise.examples.objects.CounterService;
import io.valise.examples.settings.Fonts;
import io.valise.examples.settings.Theme;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.services.files.FileAccessManifest;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The examples of remote objects, files, settings and named objects print what they should. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class ServicesExamplesTest {
    @Test
    void aClientCallsACounterAndIsCalledByIt() throws IOException {
        declare("counters", ExampleRun.command(CounterService.class));
        assertThat(ExampleRun.of(CounterClient.class).lines())
                .containsExactly(
                        "Count[name=visits, value=1]", "told of 2", "told of 3", "Count[name=visits, value=3]");
    }

    @Test
    void aSheetIsMadeByTheNameOfItsClassAndTheOpenOneIsFound() throws IOException {
        ExampleManifests.declareSheets();
        assertThat(ExampleRun.of(SheetClient.class).lines()).containsExactly("sum 5.0", "budget 100.0");
    }

    @Test
    void settingsAreInSubKeysToo() throws IOException {
        assertThat(ExampleRun.of(Fonts.class).lines()).containsExactly("[colours, fonts] 12", "false");
    }

    @Test
    void aReportIsReadOnceAndNothingElseIs(@TempDir Path temp) throws IOException {
        Path reports = Files.createDirectories(temp.resolve("reports"));
        Files.writeString(reports.resolve("june"), "profits");
        Files.writeString(temp.resolve("secret"), "losses");
        declare("reports", ExampleRun.command(ReportService.class, reports.toString()));
        assertThat(ExampleRun.of(ReportReader.class, "june", "../secret").lines())
                .containsExactly("7 of 7 bytes", "profits", "a token works once: ACCESS_DENIED", "ACCESS_DENIED");
    }

    @Test
    void aReportThatWasLeftIsTakenOnceWhenItsMakerHasEnded(@TempDir Path temp) throws IOException {
        Path reports = Files.createDirectories(temp.resolve("reports"));
        Files.writeString(reports.resolve("may.txt"), "profits");
        String token = ExampleRun.of(LeaveReport.class, reports.toString());
        Path copy = temp.resolve("copy");
        assertThat(ExampleRun.of(TakeReport.class, token, copy.toString())).isEqualTo("copied");
        assertThat(copy).hasContent("profits");
        assertThat(ExampleRun.of(TakeReport.class, token, temp.resolve("again").toString()))
                .isEqualTo("ACCESS_DENIED");
    }

    @Test
    void documentsAreOpenedWhenTheUserHasConsentedAndNoSooner(@TempDir Path temp) throws IOException {
        Path documents = Files.createDirectories(temp.resolve("documents"));
        Files.writeString(documents.resolve("letter"), "dear");
        assertThat(ExampleRun.of(DocumentSearch.class, documents.toString(), "letter"))
                .isEqualTo("the user has not allowed it");
        ExampleRun.useConfiguration();
        String search = AppIdentity.open("acme", "search").id();
        FileAccessManifest.allow(search); // as ipc access allow does
        assertThat(ExampleRun.of(DocumentSearch.class, documents.toString(), "letter"))
                .isEqualTo("4 bytes");
        FileAccessManifest.withdraw(search);
        assertThat(ExampleRun.of(DocumentSearch.class, documents.toString(), "letter"))
                .isEqualTo("the user has not allowed it");
    }

    @Test
    void applicationsOfAPublisherShareAFolder() throws IOException {
        assertThat(ExampleRun.of(FontCache.class)).isEqualTo("[sans.ttf] sans");
    }

    /** A second run too: what the first one changed is still there. */
    @Test
    void anApplicationsSettingsAreOverItsPublishers() throws IOException {
        assertThat(ExampleRun.of(Theme.class).lines()).containsExactly("light", "dark over light");
        assertThat(ExampleRun.of(Theme.class).lines()).containsExactly("light", "dark over light");
    }

    @Test
    void theNextProcessIsToldThatOneDiedWithTheMutex() throws IOException {
        assertThat(ExampleRun.of(IndexWriter.class, "die")).isEqualTo("written");
        assertThat(ExampleRun.of(IndexWriter.class)).isEqualTo("repaired, then written");
        assertThat(ExampleRun.of(IndexWriter.class)).isEqualTo("written");
    }

    private static void declare(String service, String[] command) throws IOException {
        ExampleRun.declare("services", service, ValueSet.of("name", service, "command", command, "idleSeconds", 10));
    }
}
