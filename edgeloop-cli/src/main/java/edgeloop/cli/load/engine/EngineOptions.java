package edgeloop.cli.load.engine;

import edgeloop.Transport;
import edgeloop.TransportSecurity;
import edgeloop.cli.load.measure.Shard;
import edgeloop.cli.load.protocol.Exchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stays the same during a run, of all threads together or of one.
 *
 * @param target the server
 * @param sources local addresses to connect from, in turn; empty for the kernel's choice
 * @param connections how many, from 1
 * @param connectRate connections per second in the connect phase; 0 for as fast as they come
 * @param connectTimeout of each connection
 * @param pipeline requests on their way on one connection, from 1
 * @param inFlight requests on their way on all connections together, from 1
 * @param requestsPerConnection after which a connection is closed and replaced; 0 for never
 * @param exchange what each request sends and what is expected
 * @param timeoutNanos from a request's sending to its answer
 * @param transport how the kernel is spoken to
 * @param tls what the connections are secured by; null for nothing
 */
public record EngineOptions(
        InetSocketAddress target,
        List<InetAddress> sources,
        int connections,
        double connectRate,
        Duration connectTimeout,
        int pipeline,
        int inFlight,
        int requestsPerConnection,
        Exchange exchange,
        long timeoutNanos,
        Transport transport,
        @Nullable TransportSecurity tls) {
    /**
     * The part of one of several threads.
     *
     * @param thread which part, of as many as there are threads
     * @param own what it sends, which is for one thread
     */
    public EngineOptions part(Shard thread, Exchange own) {
        int ownConnections = (int) thread.partOf(connections);
        boolean bounded = inFlight < (long) connections * pipeline;
        return new EngineOptions(
                target,
                sources,
                ownConnections,
                thread.partOfRate(connectRate),
                connectTimeout,
                pipeline,
                bounded ? (int) thread.partOf(inFlight) : ownConnections * pipeline,
                requestsPerConnection,
                own,
                timeoutNanos,
                transport,
                tls);
    }

    /** The same where the kernel is spoken to in another way. */
    EngineOptions withTransport(Transport other) {
        return new EngineOptions(
                target,
                sources,
                connections,
                connectRate,
                connectTimeout,
                pipeline,
                inFlight,
                requestsPerConnection,
                exchange,
                timeoutNanos,
                other,
                tls);
    }

    /** The most requests that can be on their way. */
    public int concurrency() {
        return (int) Math.min(inFlight, (long) connections * pipeline);
    }
}
