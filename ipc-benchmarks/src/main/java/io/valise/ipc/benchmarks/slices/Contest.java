package io.valise.ipc.benchmarks.slices;

import io.valise.ipc.benchmarks.peer.PeerProcess;
import io.valise.ipc.benchmarks.probe.Figure;
import io.valise.ipc.benchmarks.probe.Probe;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Contenders that do the same job in alternating slices: in each round every contender has one slice, in an order that
 * rotates from round to round. The processes of all contenders are started, warm, and stopped while they have no slice.
 * A slice during which the host or other processes took the processors is repeated; a round with a slice that stays
 * disturbed is left out for all contenders. The processes are started anew several times: some JVMs are slower than
 * others for as long as they live.
 *
 * <p>Each contender gets a figure with one sample for each round, so that ratios are taken round by round.
 */
public final class Contest implements Probe {
    private static final int WARM_UP_OF_A_SLICE = 50;
    private static final int TRIES = 3;

    private final String name;
    private final Job job;
    private final List<Entrant> entrants;
    private final Conditions conditions;
    private final Plan fullPlan;

    private int slices;
    private int repeated;
    private int leftOut;
    private String worst = "";

    Contest(String name, Job job, List<Entrant> entrants, Conditions conditions) {
        this(name, job, entrants, conditions, Plan.FULL);
    }

    /** With the plan of a full run. */
    Contest(String name, Job job, List<Entrant> entrants, Conditions conditions, Plan plan) {
        this.name = name;
        this.job = job;
        this.entrants = List.copyOf(entrants);
        this.conditions = conditions;
        this.fullPlan = plan;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Figure> measure(boolean quick) throws Exception {
        if (!Processors.areKnown() || !conditions.arePossible()) {
            System.out.println("# " + name + ": not measured, it needs Linux" + conditions.needs());
            return List.of();
        }
        Plan plan = quick ? Plan.QUICK : fullPlan;
        List<double[]> rounds = new ArrayList<>();
        for (int generation = 0; generation < plan.generations(); generation++) {
            rounds.addAll(measure(plan));
        }
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < entrants.size() && rounds.size() >= plan.leastRounds(); i++) {
            int entrant = i;
            figures.add(new Figure(
                    figureName(entrants.get(i)),
                    job.unit(),
                    rounds.stream().map(round -> round[entrant]).collect(Collectors.toList())));
        }
        return figures;
    }

    /** The names of its figures. */
    public List<String> figureNames() {
        return entrants.stream().map(this::figureName).collect(Collectors.toList());
    }

    private String figureName(Entrant entrant) {
        boolean grows = entrants.stream().mapToInt(Entrant::clients).distinct().count() > 1;
        return name + "." + entrant.contender() + (grows ? entrant.clients() : "");
    }

    /** The text about the run for the page: how much of it was disturbed. */
    @Override
    public Map<String, String> facts() {
        if (slices == 0) {
            return Map.of();
        }
        String text = slices + " slices, " + repeated + " of them disturbed and repeated"
                + (leftOut == 0 ? "" : ", " + leftOut + " rounds left out as the disturbance stayed")
                + (worst.isEmpty() ? "" : "; the last: " + worst);
        return Map.of(name, text);
    }

    /** The undisturbed rounds of one generation of processes: in each a figure for each entrant. */
    private List<double[]> measure(Plan plan) throws IOException {
        Deque<Closeable> started = new ArrayDeque<>();
        try {
            List<Long> neighbours = new ArrayList<>();
            for (int i = 0; i < conditions.neighbours(); i++) {
                PeerProcess neighbour = PeerProcess.start(List.of(), BusyNeighbour.class);
                started.push(neighbour::close);
                neighbours.add(neighbour.pid());
            }
            List<Team> teams = startTeams(started, plan);
            List<double[]> rounds = new ArrayList<>();
            for (int round = 0; round < plan.rounds(); round++) {
                round(round, teams, neighbours, plan).ifPresentOrElse(rounds::add, () -> leftOut++);
            }
            return rounds;
        } finally {
            for (Closeable one : started) {
                one.close();
            }
        }
    }

    /** The processes of each entrant, warm; entrants of one contender share them. */
    private List<Team> startTeams(Deque<Closeable> started, Plan plan) throws IOException {
        Map<String, Team> teams = new HashMap<>();
        List<Team> ofEntrants = new ArrayList<>();
        for (Entrant entrant : entrants) {
            Team team = teams.get(entrant.contender());
            if (team == null) {
                int clients = mostClients(entrant.contender());
                team = Team.start(job, entrant.contender(), clients, conditions.prefix());
                started.push(team);
                teams.put(entrant.contender(), team);
                team.slice(clients, plan.warmUpMillis() * clients, WARM_UP_OF_A_SLICE); // as many JVMs compile
            }
            ofEntrants.add(team);
        }
        return ofEntrants;
    }

    private int mostClients(String contender) {
        return entrants.stream()
                .filter(entrant -> entrant.contender().equals(contender))
                .mapToInt(Entrant::clients)
                .max()
                .orElseThrow();
    }

    /** Empty when a slice stayed disturbed. */
    private Optional<double[]> round(int number, List<Team> teams, List<Long> neighbours, Plan plan)
            throws IOException {
        double[] figures = new double[teams.size()];
        for (int turn = 0; turn < figures.length; turn++) {
            int entrant = (number + turn) % figures.length;
            int clients = entrants.get(entrant).clients();
            figures[entrant] = undisturbed(teams.get(entrant), clients, neighbours, plan.sliceMillis());
            if (Double.isNaN(figures[entrant])) {
                return Optional.empty();
            }
        }
        return Optional.of(figures);
    }

    /** The figure of a slice that nothing disturbed; NaN when all tries were disturbed. */
    private double undisturbed(Team team, int clients, List<Long> neighbours, int millis) throws IOException {
        List<Long> own = new ArrayList<>(team.pids(clients));
        own.addAll(neighbours);
        own.add(ProcessHandle.current().pid());
        for (int i = 0; i < TRIES; i++) {
            Processors before = Processors.now(own);
            double value = team.slice(clients, WARM_UP_OF_A_SLICE, millis);
            String disturbance = Processors.now(own).disturbanceSince(before);
            slices++;
            if (disturbance.isEmpty()) {
                return value;
            }
            repeated++;
            worst = disturbance;
        }
        return Double.NaN;
    }

    /**
     * How often and how long.
     *
     * @param generations how often the processes are started anew
     * @param rounds of each generation
     * @param leastRounds undisturbed rounds without which there is no figure
     * @param warmUpMillis how long each contender works after its start before its first slice
     * @param sliceMillis the measured time of a slice
     */
    record Plan(int generations, int rounds, int leastRounds, int warmUpMillis, int sliceMillis) {
        static final Plan QUICK = new Plan(2, 5, 6, 1_000, 300);
        static final Plan FULL = new Plan(5, 5, 15, 2_000, 500);
    }
}
