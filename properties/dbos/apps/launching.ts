/** An application that is a service: importing it starts it. */
import { DBOS } from '@dbos-inc/dbos-sdk';

DBOS.setConfig({ name: 'service', systemDatabaseUrl: 'postgresql://nobody@127.0.0.1:1/nowhere' });
await DBOS.launch();
