(** A positive definite form is the square of a length in suitable coordinates; injective square matrices. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Geometry Require Import vectors.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The matrix [P] is symmetric and positive definite. *)
Definition metric (n : nat) (P : mat n n) : Prop := P = tr P /\ forall v, v <> zerov -> 0 < form P v v.

(** The linear map of the matrix [B] is injective: [B y = 0] only for [y = 0]. *)
Definition injective_matrix (m n : nat) (B : mat m n) : Prop := forall y, mulv B y = zerov -> y = zerov.

Section Head.
Variable n : nat.
Let N := n.+1.

(** The vector with the first coordinate [a] and the others [x]. *)
Definition consv (a : R) (x : vec n) : vec N := fun i => if unlift ord0 i is Some j then x j else a.

Lemma consv0 a x : consv a x ord0 = a.
Proof. by rewrite /consv unlift_none. Qed.

Lemma consvS a x j : consv a x (lift ord0 j) = x j.
Proof. by rewrite /consv liftK. Qed.
End Head.

(** Every metric [P] has a matrix [S] with [S^T P S = I]. *)
Lemma whiten n (P : mat n n) : metric P ->
  exists S : mat n n, forall x y, dot (mulv S x) (mulv P (mulv S y)) = dot x y.
Proof.
elim: n P => [|n IH] P [Ps Pd].
  by exists (fun _ _ => 0) => x y; rewrite /dot !big_ord0.
pose p := P ord0 ord0; pose q : vec n := fun j => P ord0 (lift ord0 j).
pose P1 : mat n n := fun i j => P (lift ord0 i) (lift ord0 j).
have sym i j : P i j = P j i by rewrite {1}Ps.
have formE (a b : R) (X Y : vec n) : form P (consv a X) (consv b Y) =
    p * a * b + a * dot q Y + b * dot q X + form P1 X Y.
  have H0 : mulv P (consv b Y) ord0 = p * b + dot q Y.
    by rewrite /mulv big_ord_recl consv0; congr (_ + _); apply: eq_sum => j; rewrite consvS.
  have H1 i : mulv P (consv b Y) (lift ord0 i) = q i * b + mulv P1 Y i.
    by rewrite /mulv big_ord_recl consv0 sym; congr (_ + _); apply: eq_sum => j; rewrite consvS.
  have H2 : \sum_(i < n) (consv a X (lift ord0 i) * mulv P (consv b Y) (lift ord0 i)) =
      b * dot q X + dot X (mulv P1 Y).
    by rewrite /dot mulr_sum -sumD; apply: eq_sum => i; rewrite consvS H1; ring.
  rewrite /form {1}/dot big_ord_recl consv0 H0 H2; ring.
have p0 : 0 < p.
  have := formE 1 1 zerov zerov; rewrite !dot0r /form dot0l => e.
  have : 0 < form P (consv 1 zerov) (consv 1 (@zerov n)).
    by apply: Pd => /(congr1 (fun v => v ord0)); rewrite consv0 /zerov; lra.
  by rewrite /form e; lra.
pose P2 : mat n n := fun i j => P1 i j - q i * q j / p.
have P2E X Y : form P2 X Y = form P1 X Y - dot q X * dot q Y / p.
  have -> : dot q X * dot q Y / p = dot X (fun i => q i * (dot q Y / p)).
    by rewrite /Rdiv Rmult_assoc /dot mull_sum; apply: eq_sum => i; rewrite /Rdiv; ring.
  rewrite /form -dotBr; congr dot; apply: functional_extensionality => i; rewrite /subv /mulv.
  have -> : q i * (dot q Y / p) = \sum_(j < n) (q i * q j / p * Y j).
    by rewrite /dot /Rdiv mull_sum mulr_sum; apply: eq_sum => j; ring.
  by rewrite -sumB; apply: eq_sum => j; rewrite /P2; ring.
have [|S2 S2E] := IH P2.
  split.
    apply: functional_extensionality => i; apply: functional_extensionality => j.
    by rewrite /P2 /tr /P1 (sym (lift ord0 i)); field; lra.
  move=> v v0; have : 0 < form P (consv (- dot q v / p) v) (consv (- dot q v / p) v).
    by apply: Pd => e; apply: v0; apply: functional_extensionality => j; have := congr1 (fun w => w (lift ord0 j)) e; rewrite consvS.
  rewrite formE P2E.
  have -> : p * (- dot q v / p) * (- dot q v / p) + - dot q v / p * dot q v + - dot q v / p * dot q v + form P1 v v
    = form P1 v v - dot q v * dot q v / p by field; lra.
  exact: id.
have s0 := sqrt_lt_R0 _ p0; have ss := sqrt_sqrt _ (Rlt_le _ _ p0).
pose S : mat n.+1 n.+1 := fun i => consv
  (if unlift ord0 i is Some _ then 0 else / sqrt p)
  (fun j => if unlift ord0 i is Some i' then S2 i' j else - (\sum_(l < n) (q l * S2 l j)) / p).
have SE (y : vec n.+1) : mulv S y = consv (y ord0 / sqrt p - dot q (mulv S2 (fun j => y (lift ord0 j))) / p)
    (mulv S2 (fun j => y (lift ord0 j))).
  apply: functional_extensionality => i; rewrite {1}/mulv big_ord_recl /S consv0.
  have [i' ->|->] := unliftP ord0 i.
    rewrite consvS Rmult_0_l Rplus_0_l; apply: eq_sum => j; by rewrite consvS.
  rewrite consv0.
  have -> : dot q (mulv S2 (fun j => y (lift ord0 j))) = \sum_(j < n) ((\sum_(l < n) (q l * S2 l j)) * y (lift ord0 j)).
    rewrite dot_mulv; apply: eq_sum => j; congr (_ * _); apply: eq_sum => l; rewrite /tr; ring.
  rewrite (eq_sum (G := fun j => (- / p) * ((\sum_(l < n) (q l * S2 l j)) * y (lift ord0 j)))) => [|j].
    by rewrite -mulr_sum; field; lra.
  by rewrite consvS; field; lra.
exists S => x y; rewrite -/(form P (mulv S x) (mulv S y)) !SE formE.
set X := mulv S2 _; set Y := mulv S2 _.
have := S2E (fun j => x (lift ord0 j)) (fun j => y (lift ord0 j)); rewrite -/X -/Y -/(form P2 X Y) P2E => E.
have -> : dot x y = x ord0 * y ord0 + dot (fun j => x (lift ord0 j)) (fun j => y (lift ord0 j)).
  by rewrite {1}/dot big_ord_recl.
rewrite -E; move: (dot q X) (dot q Y) (form P1 X Y) (x ord0) (y ord0) => a b c x0 y0.
by move: (sqrt p) s0 ss => s s0 ss; rewrite -ss; field; lra.
Qed.

Section Injective.
Variables (k d : nat) (B : mat k d).
Hypothesis inj : injective_matrix B.

Lemma gram_metric : metric (mulm (tr B) B).
Proof.
split.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  by rewrite /tr /mulm; apply: eq_sum => l; ring.
move=> v v0; rewrite /form mulv_mulm dot_mulv.
by apply: dot_gt0 => e; apply: v0; apply: inj.
Qed.

(** Orthonormal coordinates: [O = B S] has orthonormal columns. *)
Lemma orthonormal_columns : exists S : mat d d, forall x y, dot (mulv B (mulv S x)) (mulv B (mulv S y)) = dot x y.
Proof.
have [S SE] := whiten gram_metric; by exists S => x y; rewrite -SE mulv_mulm (dot_mulv (tr B) (mulv S x)).
Qed.

Variable S : mat d d.
Hypothesis SE : forall x y, dot (mulv B (mulv S x)) (mulv B (mulv S y)) = dot x y.
Let O := mulm B S.

Lemma O_norm x y : dot (mulv O x) (mulv O y) = dot x y.
Proof. by rewrite /O !mulv_mulm SE. Qed.

Lemma mulv_kron m (A : mat k m) j a : mulv A (@kron m j) a = A a j.
Proof. by rewrite /mulv -[RHS](sum_kron j (A a)); apply: eq_sum => l; ring. Qed.

(** The part of [u] that is orthogonal to the range of [B]. *)
Let rest (u : vec k) : vec k := subv u (mulv O (mulv (tr O) u)).

Lemma rest_self u : dot (rest u) (rest u) = dot u u - dot (mulv (tr O) u) (mulv (tr O) u).
Proof.
rewrite /rest !(dotBl, dotBr) O_norm (dotC (mulv O _) u) (dot_mulv O u); ring.
Qed.

(** The squared lengths of the remainders of the coordinate vectors sum to [k - d]. *)
Lemma trace_rest : \sum_(a < k) dot (rest (@kron k a)) (rest (@kron k a)) = INR k - INR d.
Proof.
have count n : \sum_(a < n) 1 = INR n.
  elim: n => [|n IH]; first by rewrite big_ord0.
  by rewrite big_ord_recl IH S_INR; ring.
under eq_sum => a do rewrite rest_self.
rewrite sumB; congr (_ - _).
  by rewrite -count; apply: eq_sum => a; rewrite /dot sum_kron /kron eqxx.
rewrite -count /dot exchange_sum; apply: eq_sum => j.
rewrite -[RHS](_ : dot (mulv O (@kron d j)) (mulv O (@kron d j)) = 1); last first.
  by rewrite O_norm /dot sum_kron /kron eqxx.
apply: eq_sum => a; rewrite mulv_kron /mulv /tr.
by rewrite (eq_sum (G := fun b => kron a b * O b j)) ?sum_kron // => b; ring.
Qed.

Lemma width : (d <= k)%nat.
Proof.
have : 0 <= INR k - INR d by rewrite -trace_rest; apply: sum_ge0 => a; exact: dot_ge0.
move=> le; apply/leP; apply: INR_le; lra.
Qed.

(** If [B] is square its range is everything. *)
Lemma square_onto : k = d -> forall u, exists y, mulv B y = u.
Proof.
move=> kd u; have z a : rest (@kron k a) = zerov.
  have S0 : \sum_(a < k) dot (rest (@kron k a)) (rest (@kron k a)) = 0.
    by rewrite trace_rest; have -> : INR k = INR d by [rewrite kd]; ring.
  apply: dot_eq0; move: a; apply: sum_eq0 => // a; exact: dot_ge0.
exists (mulv S (mulv (tr O) u)); rewrite -mulv_mulm -/O.
have E : dot (rest u) (rest u) = 0.
  have lin : rest u = fun b => \sum_(a < k) (u a * rest (@kron k a) b).
    apply: functional_extensionality => b; rewrite /rest /subv.
    rewrite (eq_sum (G := fun a => kron b a * u a - u a * mulv O (mulv (tr O) (@kron k a)) b)) => [|a].
      rewrite sumB sum_kron; congr (_ - _).
      transitivity (\sum_(a < k) (u a * mulm O (tr O) b a)).
        by rewrite -mulv_mulm; apply: eq_sum => a; ring.
      by apply: eq_sum => a; rewrite -(mulv_kron (mulm O (tr O)) a b) mulv_mulm.
    by rewrite (kronC b a); ring.
  rewrite lin /dot -[RHS](sum0 k); apply: eq_sum => b.
  rewrite (_ : \sum_(a < k) _ = 0) ?Rmult_0_l // -[RHS](sum0 k); apply: eq_sum => a.
  by rewrite z /zerov; ring.
apply: functional_extensionality => b; have := congr1 (fun w => w b) (dot_eq0 E).
by rewrite /rest /subv /zerov; lra.
Qed.
End Injective.
