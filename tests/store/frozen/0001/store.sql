BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE artifact (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_artifact PRIMARY KEY (id), 
	CONSTRAINT uq_artifact_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_artifact_project_id_run_id_name UNIQUE (project_id, run_id, name), 
	CONSTRAINT fk_artifact_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_artifact_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "artifact" VALUES('289ee13a0b60','1a2653328a82','0123456789ab','log.txt','39847d99987d56ac8a47250a9a702b80ea85bcdf1220404e08f6777373d921fd',10,1.7952099129583847523e+09);
CREATE TABLE attempt (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	number INTEGER NOT NULL, 
	folder VARCHAR(300) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	job_id VARCHAR(100), 
	worker JSON, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	ended VARCHAR(12), 
	reason TEXT NOT NULL, 
	CONSTRAINT pk_attempt PRIMARY KEY (project_id, run_id, number), 
	CONSTRAINT fk_attempt_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_attempt_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "attempt" VALUES('1a2653328a82','0123456789ab',1,'runs/one','process',NULL,NULL,1.79520991295074844361e+09,NULL,NULL,'COMPLETED','');
CREATE TABLE batch (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	task VARCHAR(100) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_batch PRIMARY KEY (id), 
	CONSTRAINT uq_batch_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT fk_batch_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch" VALUES('ba0123456789','1a2653328a82','relax','','ada',1.7952099129511651993e+09);
CREATE TABLE batch_run (
	project_id VARCHAR(12) NOT NULL, 
	batch_id VARCHAR(12) NOT NULL, 
	position INTEGER NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	reused BOOLEAN NOT NULL, 
	CONSTRAINT pk_batch_run PRIMARY KEY (project_id, batch_id, position), 
	CONSTRAINT fk_batch_run_project_id_batch_id FOREIGN KEY(project_id, batch_id) REFERENCES batch (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch_run" VALUES('1a2653328a82','ba0123456789',0,'0123456789ab',0);
CREATE TABLE event (
	id INTEGER NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	at FLOAT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	kind VARCHAR(50) NOT NULL, 
	subject_id VARCHAR(12) NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (id), 
	CONSTRAINT fk_event_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "event" VALUES(1,'1a2653328a82',1.79520991294787311551e+09,'ada','structure.added','92eb564d41b0','{"name":"MgO","source":"MgO.cif","run":null}');
INSERT INTO "event" VALUES(2,'1a2653328a82',1.79520991295568633086e+09,'ada','structure.derived','9c3749849d63','{"name":"MgO · relaxed","source":null,"run":"0123456789ab"}');
INSERT INTO "event" VALUES(3,'1a2653328a82',1.79520991302980613708e+09,'ada','values.imported','1a2653328a82','{"added":1,"source":null}');
CREATE TABLE material (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	phase_key VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	notes TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_material PRIMARY KEY (id), 
	CONSTRAINT uq_material_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_material_project_id_phase_key UNIQUE (project_id, phase_key), 
	CONSTRAINT fk_material_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "material" VALUES('6d3e6f9a6961','1a2653328a82','MgO|225','MgO','MgO','',1.79520991294640874869e+09);
CREATE TABLE project (
	id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id), 
	CONSTRAINT uq_project_name UNIQUE (name)
);
INSERT INTO "project" VALUES('1a2653328a82','default',1.79520991276594400407e+09);
CREATE TABLE property_value (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12) NOT NULL, 
	structure_id VARCHAR(12), 
	run_id VARCHAR(12), 
	property VARCHAR(100) NOT NULL, 
	value FLOAT NOT NULL, 
	unit VARCHAR(30) NOT NULL, 
	uncertainty FLOAT, 
	uncertainty_kind VARCHAR(20) NOT NULL, 
	origin VARCHAR(12) NOT NULL, 
	method_name VARCHAR(100) NOT NULL, 
	method_version VARCHAR(100) NOT NULL, 
	method_recipe TEXT NOT NULL, 
	converged BOOLEAN NOT NULL, 
	in_domain BOOLEAN, 
	synthetic BOOLEAN NOT NULL, 
	conditions JSON NOT NULL, 
	source TEXT NOT NULL, 
	note TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_property_value PRIMARY KEY (id), 
	CONSTRAINT uq_property_value_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_property_value_project_id_fingerprint UNIQUE (project_id, fingerprint), 
	CONSTRAINT fk_property_value_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_property_value_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_property_value_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_property_value_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "property_value" VALUES('05d7c42355c6','1a2653328a82','6d3e6f9a6961','9c3749849d63','0123456789ab','bulk_modulus',151.0,'GPa',3.0,'fit','computed','CHGNet','0.3.0','7 volumes',1,NULL,0,'{"temperature_K":0.0}','','','bb94d7d7f65fc1de51127f7689376e4b61aaf62b086216a12e611603cfd8f596','ada',1.79520991295586657523e+09);
INSERT INTO "property_value" VALUES('e26996edbe80','1a2653328a82','6d3e6f9a6961',NULL,NULL,'bulk_modulus',160.0,'GPa',NULL,'none','measured','literature','','',1,NULL,0,'{}','Sinogeikin 2000','','156ea84fc2bef2207d40b5310ef41b36716176f78b9a514925f0a27b310efd2e','ada',1.79520991302904462817e+09);
CREATE TABLE run (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	parent_id VARCHAR(12), 
	task VARCHAR(100) NOT NULL, 
	task_version VARCHAR(50) NOT NULL, 
	task_reference VARCHAR(500) NOT NULL, 
	params JSON NOT NULL, 
	identity JSON NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	active_key VARCHAR(64), 
	state VARCHAR(12) NOT NULL, 
	profile VARCHAR(100) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	priority INTEGER NOT NULL, 
	resources JSON NOT NULL, 
	retry JSON NOT NULL, 
	attempt INTEGER NOT NULL, 
	not_before FLOAT NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	owner VARCHAR(100), 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	summary JSON, 
	messages JSON, 
	converged BOOLEAN, 
	error JSON, 
	CONSTRAINT pk_run PRIMARY KEY (id), 
	CONSTRAINT uq_run_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_run_project_id_active_key UNIQUE (project_id, active_key), 
	CONSTRAINT fk_run_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run" VALUES('0123456789ab','1a2653328a82',NULL,'relax','1','','{"calculator":"chgnet"}','{"weights":"abc"}','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','COMPLETED','process','process',0,'{"cpus":1}','{"max_attempts":3}',1,0.0,0,NULL,'','ada',1.79520991294973874087e+09,1.79520991294855475428e+09,1.79520991294855475428e+09,'{"steps":7}','[]',1,NULL);
CREATE TABLE run_input (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	position INTEGER NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_run_input PRIMARY KEY (project_id, run_id, name, position), 
	CONSTRAINT fk_run_input_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_run_input_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_run_input_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run_input" VALUES('1a2653328a82','0123456789ab','structure',0,'92eb564d41b0');
CREATE TABLE structure (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	formula VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	chemical_system VARCHAR(200) NOT NULL, 
	n_elements INTEGER NOT NULL, 
	n_sites INTEGER NOT NULL, 
	periodic BOOLEAN NOT NULL, 
	ordered BOOLEAN NOT NULL, 
	space_group INTEGER, 
	space_group_symbol VARCHAR(20), 
	crystal_system VARCHAR(20), 
	density FLOAT, 
	volume_per_atom FLOAT, 
	dimensionality INTEGER, 
	digest VARCHAR(64) NOT NULL, 
	crystal_hash VARCHAR(64) NOT NULL, 
	record_key VARCHAR(100) NOT NULL, 
	original_format VARCHAR(20), 
	original_name VARCHAR(300), 
	parent_id VARCHAR(12), 
	run_id VARCHAR(12), 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	notes TEXT NOT NULL, 
	description JSON NOT NULL, 
	content JSON NOT NULL, 
	original_text TEXT, 
	CONSTRAINT pk_structure PRIMARY KEY (id), 
	CONSTRAINT uq_structure_project_id_id UNIQUE (project_id, id), 
	CONSTRAINT uq_structure_project_id_record_key UNIQUE (project_id, record_key), 
	CONSTRAINT fk_structure_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_structure_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_structure_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_structure_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "structure" VALUES('92eb564d41b0','1a2653328a82','6d3e6f9a6961','MgO','Mg4 O4','MgO','-Mg-O-',2,8,1,1,225,'Fm-3m','cubic',3.5825846577400644044e+00,9.34060701599999809729e+00,3,'3c6868197bb5514ccb43c4a2bcdb79b73d1e65dee6075c40c0ce0942e5e2da6c','a9b58fca11b5f12c3d8831a93cc272d97ca0710b8a959dfff7d36583c037a130','crystal:a9b58fca11b5f12c3d8831a93cc272d97ca0710b8a959dfff7d36583c037a130','cif','MgO.cif',NULL,NULL,'ada',1795209912.94596,'periclase','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.212,4.212,4.212,90.0,90.0,90.0],"conventional":[4.212,4.212,4.212],"volume":74.72485612799998,"volume_per_atom":9.340607015999998,"density":3.5825846577400644,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.212,0.0,0.0],[0.0,4.212,0.0],[0.0,0.0,4.212]],"pbc":[true,true,true]}}','data_MgO');
INSERT INTO "structure" VALUES('9c3749849d63','1a2653328a82','6d3e6f9a6961','MgO · relaxed','Mg4 O4','MgO','-Mg-O-',2,8,1,1,225,'Fm-3m','cubic',3.48734375726122758365e+00,9.595703125,3,'4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e','418b6a051011c29497ebc139d1ec4709483e96d439d757b1754f42ae22b5e38c','run:0123456789ab:4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e',NULL,NULL,'92eb564d41b0','0123456789ab','ada',1.79520991295453071594e+09,'','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.25,4.25,4.25,90.0,90.0,90.0],"conventional":[4.25,4.25,4.25],"volume":76.765625,"volume_per_atom":9.595703125,"density":3.4873437572612276,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.25,0.0,0.0],[0.0,4.25,0.0],[0.0,0.0,4.25]],"pbc":[true,true,true]}}',NULL);
CREATE TABLE tag (
	project_id VARCHAR(12) NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	tag VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_tag PRIMARY KEY (project_id, structure_id, tag), 
	CONSTRAINT fk_tag_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_tag_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "tag" VALUES('1a2653328a82','92eb564d41b0','rocksalt');
CREATE INDEX ix_material_formula ON material (project_id, reduced_formula);
CREATE INDEX ix_run_state ON run (project_id, state, priority, created_at);
CREATE INDEX ix_run_finished ON run (project_id, finished_at);
CREATE INDEX ix_run_key ON run (project_id, "key");
CREATE INDEX ix_run_parent ON run (project_id, parent_id);
CREATE INDEX ix_run_created ON run (project_id, created_at);
CREATE INDEX ix_event_subject ON event (project_id, subject_id);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE INDEX ix_structure_name ON structure (project_id, name);
CREATE INDEX ix_structure_created ON structure (project_id, created_at);
CREATE INDEX ix_structure_run ON structure (project_id, run_id);
CREATE INDEX ix_structure_material ON structure (project_id, material_id);
CREATE INDEX ix_structure_digest ON structure (project_id, digest);
CREATE INDEX ix_structure_parent ON structure (project_id, parent_id);
CREATE INDEX ix_structure_formula ON structure (project_id, reduced_formula, space_group, volume_per_atom);
CREATE INDEX ix_structure_crystal ON structure (project_id, crystal_hash);
CREATE INDEX ix_batch_run_run ON batch_run (project_id, run_id);
CREATE INDEX ix_artifact_sha256 ON artifact (project_id, sha256);
CREATE INDEX ix_tag_tag ON tag (project_id, tag);
CREATE INDEX ix_run_input_structure ON run_input (project_id, structure_id);
CREATE INDEX ix_value_material ON property_value (project_id, material_id, property);
CREATE INDEX ix_value_structure ON property_value (project_id, structure_id, property);
CREATE INDEX ix_value_property ON property_value (project_id, property, value);
CREATE INDEX ix_value_run ON property_value (project_id, run_id);
COMMIT;
